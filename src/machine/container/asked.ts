/** Objects of a request: fields that are known, and others that may be there as long as they ask for nothing. */
import { z } from 'zod';

/** Clients send every field they know, with the value that stands for none. */
function isNothing(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return !value;
  return Object.values(value).every(isNothing);
}

const nothing = z.unknown().refine(isNothing, 'is not offered');

/** Whoever asks for what is not offered hears of it, and does not believe to have it. */
export const asked = <S extends z.ZodRawShape>(shape: S): z.ZodObject<S> =>
  z.object(shape).catchall(nothing) as unknown as z.ZodObject<S>;

/** A text that can only be one of these, or nothing. */
export const oneOf = (...values: readonly string[]) =>
  z
    .string()
    .refine((text) => text === '' || values.includes(text), `can only be ${values.map((v) => `“${v}”`).join(' or ')}`)
    .nullish();
