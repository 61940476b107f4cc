/** Registers as GDB numbers and groups them (its manual, "RISC-V Features"), derived from the tables of the instruction set. */
import { CELL_OFFSETS, PLACES } from '../../abi/layout.ts';
import type { Core } from '../../engine/core.ts';
import { CSRS } from '../../isa/csr.ts';
import { F_NAMES, X_NAMES } from '../../isa/registers.ts';

export interface DebugRegister {
  readonly name: string;
  /** GDB's number: x0…x31, pc, f0…f31, then the CSRs by their own number, then the privilege mode. */
  readonly number: number;
  readonly feature: 'cpu' | 'fpu' | 'csr' | 'virtual';
  readonly type: string;
  /** The group of `info registers`. */
  readonly group: string;
  read(core: Core, hart: number): bigint;
  /** false: it cannot be written, or not while another hart has its turn. */
  write(core: Core, hart: number, value: bigint): boolean;
}

const PC = 32;
const FIRST_F = 33;
const FIRST_CSR = 65;
/** Registers in a `g` packet. */
export const GENERAL = PC + 1;
/** GDB looks for these beside the floating-point registers. */
const OF_FPU = new Set(['fflags', 'frm', 'fcsr']);
const POINTERS: Readonly<Record<string, string>> = { ra: 'code_ptr', sp: 'data_ptr', gp: 'data_ptr', tp: 'data_ptr' };

/** What is kept in a cell of the hart. */
const cell = (at: number, mask = 2n ** 64n - 1n): Pick<DebugRegister, 'read' | 'write'> => ({
  read: (core, hart) => core.view.getBigUint64(at + core.hartAt(hart), true),
  write: (core, hart, value) => {
    core.view.setBigUint64(at + core.hartAt(hart), value & mask, true);
    return true;
  },
});

const file = (
  names: readonly string[],
  first: number,
  place: number,
  rest: (name: string) => Pick<DebugRegister, 'feature' | 'type' | 'group'>,
): DebugRegister[] =>
  names.map((name, i) => ({
    name,
    number: first + i,
    ...rest(name),
    ...cell(place + 8 * i),
  }));

const [zero, ...others] = file(X_NAMES, 0, PLACES.X, (name) => ({
  feature: 'cpu',
  type: POINTERS[name] ?? 'int',
  group: 'general',
}));

/** The mode, which GDB numbers behind all CSRs. */
export const PRIVILEGE: DebugRegister = {
  name: 'priv',
  number: FIRST_CSR + 4096,
  feature: 'virtual',
  type: 'int',
  group: 'general',
  ...cell(CELL_OFFSETS.PRIV),
  // Another mode would need another translation: what changes it are traps and their returns.
  write: () => false,
};

export const REGISTERS: readonly DebugRegister[] = [
  { ...zero!, write: () => true },
  ...others,
  {
    name: 'pc',
    number: PC,
    feature: 'cpu',
    type: 'code_ptr',
    group: 'general',
    ...cell(CELL_OFFSETS.PC, 2n ** 64n - 2n),
  },
  ...file(F_NAMES, FIRST_F, PLACES.F, () => ({ feature: 'fpu', type: 'riscv_double', group: 'float' })),
  ...CSRS.map(({ name, number }): DebugRegister => {
    const float = OF_FPU.has(name);
    return {
      name,
      number: FIRST_CSR + number,
      feature: float ? 'fpu' : 'csr',
      type: 'int',
      group: float ? 'float' : 'csr',
      read: (core, hart) => BigInt.asUintN(64, core.readCsr(hart, number)),
      write: (core, hart, value) => {
        if (core.hartAt(hart) !== 0) return false;
        core.writeCsr(number, value);
        return true;
      },
    };
  }),
  PRIVILEGE,
];

const byNumber = new Map(REGISTERS.map((register) => [register.number, register]));
export const registerOf = (number: number): DebugRegister | undefined => byNumber.get(number);

const UNION =
  '<union id="riscv_double"><field name="float" type="ieee_single"/><field name="double" type="ieee_double"/></union>';

/** target.xml. */
export function targetDescription(): string {
  const features = (['cpu', 'fpu', 'csr', 'virtual'] as const).map((feature) => {
    const registers = REGISTERS.filter((r) => r.feature === feature).map(
      ({ name, number, type, group }) =>
        `<reg name="${name}" bitsize="64" regnum="${number}" type="${type}" group="${group}"/>`,
    );
    return `<feature name="org.gnu.gdb.riscv.${feature}">${feature === 'fpu' ? UNION : ''}${registers.join('')}</feature>`;
  });
  return `<?xml version="1.0"?><!DOCTYPE target SYSTEM "gdb-target.dtd"><target version="1.0"><architecture>riscv:rv64</architecture>${features.join('')}</target>`;
}

/** The memory map: addresses are the guest's virtual ones, so all of them may be RAM. */
export const memoryMap = (): string =>
  `<?xml version="1.0"?><!DOCTYPE memory-map PUBLIC "+//IDN gnu.org//DTD GDB Memory Map V1.0//EN" "http://sourceware.org/gdb/gdb-memory-map.dtd"><memory-map>${[
    '0x0',
    '0x8000000000000000',
  ]
    .map((start) => `<memory type="ram" start="${start}" length="0x8000000000000000"/>`)
    .join('')}</memory-map>`;
