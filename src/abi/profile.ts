/**
 * What each counted event costs in cycles, on one kind of processor. A profile is data: the shipped ones are in
 * src/lab/profiles, a user's own is a JSON file of the same shape. Events that no cost row names cost nothing.
 */
import { z } from 'zod';

/**
 * Where a value comes from: S read in the source, A in its abstract, 2 quoted by a third party, M from memory and
 * unverified, D derived by arithmetic from published figures, U chosen by the profile's author.
 */
export const SOURCE_TAGS = ['S', 'A', '2', 'M', 'D', 'U'] as const;

export const costValueSchema = z.strictObject({
  cycles: z.number().nonnegative().describe('cycles one event costs'),
  source: z.enum(SOURCE_TAGS).describe('how far the value can be trusted'),
  note: z.string().describe('where the value was published, or how it was derived'),
});

export const profileSchema = z.strictObject({
  name: z.string().min(1),
  summary: z.string(),
  costs: z.record(z.string(), costValueSchema).describe('cost id → value; every cost id has one'),
});

export type CostValue = z.infer<typeof costValueSchema>;
export type Profile = z.infer<typeof profileSchema>;
