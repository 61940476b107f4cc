/** Results as JSON, and back. */
import { InputError } from '../../abi/errors.ts';
import {
  LAWS_SCHEMA,
  type LawsResult,
  lawsSchema,
  RESULT_SCHEMA,
  type Result,
  resultSchema,
  SWEEP_SCHEMA,
  type SweepResult,
  sweepSchema,
} from '../../abi/result.ts';

export type AnyResult = Result | SweepResult | LawsResult;

/** Two spaces deep, with a final line break. */
export const resultJson = (result: AnyResult): string => `${JSON.stringify(result, null, 2)}\n`;

const SCHEMAS = { [RESULT_SCHEMA]: resultSchema, [SWEEP_SCHEMA]: sweepSchema, [LAWS_SCHEMA]: lawsSchema } as const;

/** Reads a result of any kind. Throws InputError with the first places that are wrong. */
export function parseResult(text: string, where: string): AnyResult {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${where}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const name = typeof json === 'object' && json !== null && 'schema' in json ? String(json.schema) : '(none)';
  const schema = SCHEMAS[name as keyof typeof SCHEMAS];
  if (!schema)
    throw new InputError(`${where}: schema ${name} is not known`, `Known: ${Object.keys(SCHEMAS).join(', ')}`);
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.map(String).join('.')}: ${issue.message}`);
  throw new InputError(`${where}: not a ${name}\n  ${issues.join('\n  ')}`);
}
