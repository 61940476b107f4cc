/** Cost profiles: the shipped ones by name, and a user's own from JSON, checked value by value. */
import { z } from 'zod';
import { InputError } from '../abi/errors.ts';
import { type CostValue, costValueSchema, type Profile } from '../abi/profile.ts';
import { COSTS } from './costs.ts';
import { suggest } from './nearest.ts';
import { FLAT_1 } from './profiles/flat-1.ts';
import { NEHALEM } from './profiles/nehalem.ts';
import { SKYLAKE } from './profiles/skylake.ts';
import type { ProfileSource } from './profiles/source.ts';
import { VTX_2006 } from './profiles/vtx-2006.ts';

/** The shipped profiles. */
export const PROFILES: readonly ProfileSource[] = [SKYLAKE, NEHALEM, VTX_2006, FLAT_1];

const sourceSchema = z.strictObject({
  name: z.string().min(1),
  summary: z.string().default(''),
  costs: z.record(z.string(), costValueSchema),
});

const COST_IDS = COSTS.map((cost) => cost.id);

/** One value for every cost id. Throws InputError for a key that is no cost, or a cost without a value. */
export function resolveProfile(source: ProfileSource): Profile {
  for (const key of Object.keys(source.costs)) {
    const known = key.endsWith('.*') ? COST_IDS.some((id) => id.startsWith(key.slice(0, -1))) : COST_IDS.includes(key);
    if (!known) throw new InputError(`profile ${source.name}: costs.${key} is no cost`, suggest(key, COST_IDS));
  }
  const costs: Record<string, CostValue> = {};
  const missing: string[] = [];
  for (const id of COST_IDS) {
    const value = source.costs[id] ?? source.costs[`${id.slice(0, id.lastIndexOf('.'))}.*`];
    if (value) costs[id] = value;
    else missing.push(id);
  }
  if (missing.length > 0) {
    throw new InputError(
      `profile ${source.name}: no value for ${missing.join(', ')}`,
      'Give each as {"cycles": number, "source": tag, "note": text}, or a default for a family such as "exit.*".',
    );
  }
  return { name: source.name, summary: source.summary, costs };
}

/** The shipped profile of this name. Throws InputError with the nearest name. */
export function profileByName(name: string): Profile {
  const source = PROFILES.find((profile) => profile.name === name);
  if (!source) {
    throw new InputError(
      `unknown profile “${name}”`,
      suggest(
        name,
        PROFILES.map((profile) => profile.name),
      ),
    );
  }
  return resolveProfile(source);
}

/** A user's profile from the text of a JSON file. Throws InputError naming each path, what was expected and found. */
export function parseProfile(text: string, where: string): Profile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = sourceSchema.safeParse(json);
  if (!parsed.success) {
    const lines = parsed.error.issues.map(
      (issue) => `${issuePath(issue.path)}: ${issue.message}${found(json, issue.path)}`,
    );
    throw new InputError(`${where}: malformed profile\n  ${lines.join('\n  ')}`);
  }
  return resolveProfile(parsed.data);
}

const issuePath = (path: readonly PropertyKey[]): string => (path.length === 0 ? '(top)' : path.map(String).join('.'));

/** What stands at the offending place, for values short enough to quote. */
function found(json: unknown, path: readonly PropertyKey[]): string {
  let at: unknown = json;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return '';
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return typeof at === 'string' || typeof at === 'number' ? ` (found ${JSON.stringify(at)})` : '';
}
