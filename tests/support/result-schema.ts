import { z } from 'zod';
import { lawsSchema, resultSchema, sweepSchema } from '../../src/abi/result.ts';

/** The JSON Schema of all three kinds of results, as it stands in docs/result.schema.json. */
export function resultSchemaText(): string {
  const schema = z.toJSONSchema(z.discriminatedUnion('schema', [resultSchema, sweepSchema, lawsSchema]), {
    reused: 'ref',
  });
  return `${JSON.stringify({ title: 'Results of Trapframe', ...schema }, null, 2)}\n`;
}
