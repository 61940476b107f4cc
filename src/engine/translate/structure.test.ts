/** Structured control flow against the graph it was made from, on random graphs, reducible and not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeModule } from './binary.ts';
import { Printer, shapeOf } from './structure.ts';
import { Code } from './wasm.ts';

interface Graph {
  /** Successors of each node: one or two. */
  readonly edges: readonly (readonly number[])[];
  readonly entries: readonly number[];
}

const graphs: fc.Arbitrary<Graph> = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc.record({
    edges: fc.array(fc.array(fc.nat(size - 1), { minLength: 1, maxLength: 2 }), { minLength: size, maxLength: size }),
    entries: fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 3 }),
  }),
);

function reachable({ edges, entries }: Graph): number[] {
  const seen = new Set(entries);
  for (const node of seen) for (const s of edges[node]!) seen.add(s);
  return [...seen].sort((a, b) => a - b);
}

/** The path through the graph, which turns by a hash of node and step. */
function walk(graph: Graph, entry: number, steps: number): number {
  let at = graph.entries[entry]!;
  let hash = 0;
  for (let left = steps; left > 0; left--) {
    hash = (Math.imul(hash, 31) + at + 1) | 0;
    const next = graph.edges[at]!;
    at = next.length === 2 && (hash & 4) === 0 ? next[1]! : next[0]!;
  }
  return hash;
}

/** The same as a function (steps: i64, unused: i64, entry: i32) → i64. */
function compile(graph: Graph): (steps: bigint, unused: bigint, entry: number) => bigint {
  const code = new Code(3);
  const hash = code.local('i32');
  const shape = shapeOf(reachable(graph), (n) => graph.edges[n]!, graph.entries);
  const exit = code.block();
  new Printer(code, shape, 2, (node, to) => {
    code.get(0);
    code.op('i64.eqz');
    code.if();
    code.br(exit);
    code.end();
    code.get(0);
    code.i64(1);
    code.op('i64.sub');
    code.set(0);
    code.get(hash);
    code.i32(31);
    code.op('i32.mul');
    code.i32(node + 1);
    code.op('i32.add');
    code.set(hash);
    const next = graph.edges[node]!;
    if (next.length === 1) return to(next[0]!);
    code.get(hash);
    code.i32(4);
    code.op('i32.and');
    code.if();
    to(next[0]!);
    code.else();
    to(next[1]!);
    code.end();
    code.raw('unreachable');
  }).print();
  code.raw('unreachable');
  code.end();
  code.get(hash);
  code.op('i64.extend_i32_s');
  const type = { params: ['i64', 'i64', 'i32'], results: ['i64'] } as const;
  const binary = encodeModule([], [{ type, body: code.finish(), name: 'f0' }]);
  const memory = new WebAssembly.Memory({ initial: 1 });
  return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } }).exports.f0 as never;
}

describe('structured control flow', () => {
  it('takes the path of the graph, from every entry', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 0, max: 60 }), (graph, steps) => {
        const run = compile(graph);
        graph.entries.forEach((_, entry) => {
          expect(Number(run(BigInt(steps), 0n, entry))).toBe(walk(graph, entry, steps));
        });
      }),
      { numRuns: 1000 },
    );
  });
});
