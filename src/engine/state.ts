/** Reading a core: counters, console, digest. */
import { COUNTER_IDS, type Counters } from '../abi/counters.ts';
import { CELL_OFFSETS, type Cell, PLACES } from '../abi/layout.ts';
import type { Core } from './core.ts';

/** The counters of a saved block, or the difference of two blocks. Zero cells of the walk matrix are left out. */
export function readCounters(core: Core, at: number, since?: number): Counters {
  const counters: Counters = {};
  COUNTER_IDS.forEach((id, i) => {
    const value =
      Number(core.view.getBigInt64(at + i * 8, true)) -
      (since === undefined ? 0 : Number(core.view.getBigInt64(since + i * 8, true)));
    if (value !== 0 || !id.startsWith('walk.ref.')) counters[id] = value;
  });
  return counters;
}

/** All counters up to now. */
export function currentCounters(core: Core): Counters {
  core.saveCounters(PLACES.SNAPSHOT);
  return readCounters(core, PLACES.SNAPSHOT);
}

/** Counters of one hart up to now; time skipped and frames are the machine's, and zero here. */
export function hartCounters(core: Core, hart: number): Counters {
  core.saveHartCounters(hart, PLACES.SNAPSHOT);
  return readCounters(core, PLACES.SNAPSHOT);
}

/** Takes what the guest wrote to the console since the last call. */
export function drainConsole(core: Core): Uint8Array {
  const length = Number(core.get('UART_OUT_LEN'));
  core.set('UART_OUT_LEN', 0);
  return core.bytes.slice(PLACES.UART_OUT, PLACES.UART_OUT + length);
}

/** What belongs to the architectural state besides memory: the same under every engine and strategy. */
const STATE_CELLS: readonly Cell[] = [
  'PC',
  'INSTRET',
  'PRIV',
  'FFLAGS',
  'FRM',
  'MEDELEG',
  'MIDELEG',
  'MIE',
  'MIP',
  'MTVEC',
  'MSCRATCH',
  'MEPC',
  'MCAUSE',
  'MTVAL',
  'MCOUNTEREN',
  'MCOUNTINHIBIT',
  'MENVCFG',
  'STVEC',
  'SSCRATCH',
  'SEPC',
  'SCAUSE',
  'STVAL',
  'SCOUNTEREN',
  'SENVCFG',
  'SATP',
  'STIMECMP',
  'MTIMECMP',
  'IDLE',
  'PMPCFG0',
  'PMPCFG2',
]; // prettier-ignore

/** Those of them that are the machine's, not a hart's. */
const SHARED_CELLS: ReadonlySet<Cell> = new Set<Cell>(['INSTRET', 'IDLE']);

/** What belongs to the state of each of several harts besides. */
const SEVERAL_CELLS = ['HART_STATE', 'WAITING', 'MSIP', 'RETIRED'] as const;

const MASK = (1n << 64n) - 1n;

/** 32 hex digits over registers and control registers of all harts, guest memory and instret. */
export function digest(core: Core): string {
  core.digestMemory();
  let a = BigInt.asUintN(64, core.digestLow());
  let b = BigInt.asUintN(64, core.digestHigh());
  const mix = (hash: bigint, word: bigint): bigint => {
    const x = ((hash ^ word) * 0xff51afd7ed558ccdn) & MASK;
    return x ^ (x >> 32n);
  };
  const word = (value: bigint): void => {
    a = mix(a, value);
    b = mix(b, value ^ (a >> 7n));
  };
  const harts = Number(core.get('HARTS'));
  for (let hart = 0; hart < harts; hart++) {
    const from = core.hartAt(hart) | 0;
    const cell = (at: number): bigint => core.view.getBigUint64(from + at, true);
    word(BigInt.asUintN(64, core.status(hart)));
    for (let i = 1; i < 32; i++) word(cell(PLACES.X + i * 8));
    for (let i = 0; i < 32; i++) word(cell(PLACES.F + i * 8));
    for (const name of STATE_CELLS) word(SHARED_CELLS.has(name) ? core.get(name) : cell(CELL_OFFSETS[name]));
    if (harts > 1) for (const name of SEVERAL_CELLS) word(cell(CELL_OFFSETS[name]));
  }
  return a.toString(16).padStart(16, '0') + b.toString(16).padStart(16, '0');
}
