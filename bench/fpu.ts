/**
 * What exactness costs: nanoseconds an operation of the machine's floating-point unit, beside WebAssembly's own operator
 * in the same loop. Three states: rounding to nearest with NX accrued (native operators with a check), the same on a
 * clean flags register with exact results only, and rounding up (integer arithmetic).
 *
 * Run `npx tsc -p . && node dist/bench/fpu.js`.
 */
import { compileFpu } from '../tests/support/fpu-unit.ts';

const COUNT = 4096;
const ROUNDS = 200;
const REPEATS = 9;

interface Row {
  readonly name: string;
  readonly type: 'f32' | 'f64';
  readonly operands: 1 | 2 | 3;
  /** The same computation by WebAssembly's operators, where it has them. */
  readonly native: string;
}

const ROWS: readonly Row[] = (['f64', 'f32'] as const).flatMap((type) => [
  { name: `${type}Add`, type, operands: 2, native: 'x + y' },
  { name: `${type}Mul`, type, operands: 2, native: 'x * y' },
  { name: `${type}Div`, type, operands: 2, native: 'x / y' },
  { name: `${type}Sqrt`, type, operands: 1, native: `sqrt<${type}>(x)` },
  { name: `${type}MulAdd`, type, operands: 3, native: 'x * y + z' },
]);

/** A loop over three operand arrays at 64 KiB, 128 KiB and 192 KiB with results at 256 KiB. */
function loop(row: Row, native: boolean): string {
  const bits = row.type === 'f64' ? 'u64' : 'u32';
  const load = (at: number, type: string) => `load<${type}>(i, ${at})`;
  const at = [0x10000, 0x20000, 0x30000].slice(0, row.operands);
  const call = `store<${bits}>(i, ${row.name}(${at.map((a) => load(a, bits)).join(', ')}, rm), 0x40000);`;
  const named = at.map((a, k) => `const ${'xyz'[k]} = ${load(a, row.type)};`).join(' ');
  const body = native ? `${named} store<${row.type}>(i, ${row.native}, 0x40000);` : call;
  const step = row.type === 'f64' ? 8 : 4;
  return `export function ${native ? 'native' : 'exact'}_${row.name}(rounds: i32, rm: u32): void {
    while (rounds-- > 0) for (let i: usize = 0; i < ${COUNT * step}; i += ${step}) { ${body} }
  }`;
}

const source = [
  `import { ${ROWS.map((row) => row.name).join(', ')} } from './index';`,
  `export { setFlags } from './test-entry';`,
  ...ROWS.flatMap((row) => [loop(row, true), loop(row, false)]),
].join('\n');

type Timed = (rounds: number, rm: number) => void;

const binary = await compileFpu({ name: 'assembly/fpu/bench-loops.ts', source });
const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
const { instance } = await WebAssembly.instantiate(new Uint8Array(binary), { env: { memory } });
const functions = instance.exports as Record<string, Timed> & { setFlags(flags: number): void };

/** Fills the operand arrays: full significands for the rounding runs, small integers for the exact ones. */
function fill(type: 'f32' | 'f64', exact: boolean): void {
  let state = 12345;
  for (const at of [0x10000, 0x20000, 0x30000]) {
    const array =
      type === 'f64' ? new Float64Array(memory.buffer, at, COUNT) : new Float32Array(memory.buffer, at, COUNT);
    for (let i = 0; i < COUNT; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      array[i] = exact ? 2 ** (state >>> 29) : 1 + state / 2 ** 31;
    }
  }
}

/** Nanoseconds an operation, the median of the repeats. */
function measure(run: Timed, rm: number, flags: number): number {
  const times: number[] = [];
  functions.setFlags(flags);
  run(ROUNDS, rm);
  for (let i = 0; i < REPEATS; i++) {
    functions.setFlags(flags);
    const start = process.hrtime.bigint();
    run(ROUNDS, rm);
    times.push(Number(process.hrtime.bigint() - start) / (ROUNDS * COUNT));
  }
  return times.sort((a, b) => a - b)[REPEATS >> 1]!;
}

console.log('operation    native   NX accrued   exact, clean   integer (RUP)   [ns]');
for (const { name, type } of ROWS) {
  const exact = functions[`exact_${name}`]!;
  fill(type, false);
  const native = measure(functions[`native_${name}`]!, 0, 1);
  const accrued = measure(exact, 0, 1);
  const integer = measure(exact, 3, 1);
  fill(type, true);
  const clean = measure(exact, 0, 0);
  const cell = (n: number, width: number) => n.toFixed(2).padStart(width);
  console.log(name.padEnd(11) + cell(native, 8) + cell(accrued, 13) + cell(clean, 15) + cell(integer, 16));
}
