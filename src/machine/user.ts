/** The machine for a kernel that stands outside the core: src/linux runs programs in its user mode. */
import { MACHINE_DEFAULT, type MachineConfig } from '../abi/config.ts';
import { EVENT } from '../abi/events.ts';
import { CELL_OFFSETS, PLACES, RAM_START } from '../abi/layout.ts';
import type { TranslationReport } from '../abi/translation.ts';
import { type Core, createCore, FRAME_RECORD, translates } from '../engine/core.ts';
import { Translator } from '../engine/translate/translator.ts';
import { ISA_STRING } from '../isa/string.ts';
import { PAGE, type UserMachine, type UserStop } from '../linux/machine.ts';

const SV39 = 8n << 60n;
/** Decoded pages kept: programs of some ten megabytes of code; memory that is not touched costs nothing. */
const CODE_PAGES = 2048;

export interface UserMachineOptions {
  /** Bytes of RAM, a multiple of 2 MiB. */
  readonly memory: number;
  readonly engine: MachineConfig['engine'];
  /** Whether the modelled MMU counts; slower. */
  readonly counting: boolean;
  /** The modelled MMU; the usual one where left out. */
  readonly mmu?: MachineConfig['mmu'];
  /** Told of the core, for a trace or its counters. */
  readonly onCore?: (core: Core) => void | Promise<void>;
  /** Told of the markers around a program's measured region. */
  readonly onMarker?: (marker: 'begin' | 'end') => void;
}

/** What can be asked of it beside what the kernel needs. */
export interface Observed {
  /** Gathers from now on what `translation` tells. */
  observe(): void;
  /** What the translator did, with so many of its hottest regions by samples, and by exits; null: there is none. */
  translation(regions: number): TranslationReport | null;
}

/** A machine in user mode, with an address space yet to be entered. */
export async function createUserMachine(
  module: WebAssembly.Module,
  options: UserMachineOptions,
): Promise<UserMachine & Observed> {
  const { memory, engine, counting, mmu = MACHINE_DEFAULT.mmu } = options;
  const config: MachineConfig = {
    ...MACHINE_DEFAULT,
    memory,
    engine,
    counting,
    // The kernel gives its address spaces no numbers, so a switch from one to another forgets the translations of both.
    mmu: { ...mmu, tagged: false },
    codePages: CODE_PAGES,
  };
  const core = await createCore(module, config);
  await options.onCore?.(core);
  core.set('SBI', 1);
  core.start(BigInt(RAM_START), 0n);
  core.set('USER_TRAPS', 1);
  const translator = translates(config) ? new Translator(core) : null;
  return userMachine(core, translator, options);
}

function userMachine(
  core: Core,
  translator: Translator | null,
  { memory, onMarker }: UserMachineOptions,
): UserMachine & Observed {
  const frames = memory / PAGE;
  const { buffer } = core.memory;
  const words = new Uint32Array(buffer);
  const ram = Number(core.get('RAM_BASE'));
  const frameRecords = Number(core.get('FRAME_BASE'));
  const cell = (name: keyof typeof CELL_OFFSETS): number => CELL_OFFSETS[name] / 4;
  const [PC, CAUSE, TVAL, INSTRET, FFLAGS, FRM] = [
    cell('PC'),
    cell('CAUSE'),
    cell('TVAL'),
    cell('INSTRET'),
    cell('FFLAGS'),
    cell('FRM'),
  ];
  const wide = (at: number): number => words[at]! + words[at + 1]! * 2 ** 32;
  return {
    isa: ISA_STRING,
    bytes: core.bytes,
    words,
    ram,
    frames,
    x: new Uint32Array(buffer, PLACES.X, 64),
    f: new Uint32Array(buffer, PLACES.F, 64),
    getPc: () => wide(PC),
    setPc(pc) {
      words[PC] = pc % 2 ** 32;
      words[PC + 1] = pc / 2 ** 32;
    },
    getFcsr: () => (words[FRM]! << 5) | words[FFLAGS]!,
    setFcsr(value) {
      words[FRM] = (value >> 5) & 7;
      words[FFLAGS] = value & 31;
    },
    cause: () => words[CAUSE]!,
    tval: () => wide(TVAL),
    enter(root) {
      core.enterUser(SV39 | BigInt(RAM_START / PAGE + root));
    },
    fence(va) {
      core.fenceUser(BigInt(va ?? 0), va === undefined ? 0 : 1);
    },
    wrote(frame) {
      if (core.view.getUint16(frameRecords + frame * FRAME_RECORD, true)) core.wroteCode(ram + frame * PAGE);
    },
    run(budget): UserStop {
      for (;;) {
        const event = core.runUser(budget);
        if (event === EVENT.userTrap) return 'trap';
        if (event === EVENT.none) return 'slice';
        if (event === EVENT.burst) translator!.sample();
        else if (event === EVENT.regionBegin) onMarker?.('begin');
        else if (event === EVENT.regionEnd) onMarker?.('end');
        // Nothing else can come of user mode.
        else throw new Error(`event ${event} in user mode`);
      }
    },
    instructions: () => wide(INSTRET),
    observe: () => translator?.observe(),
    translation: (regions) => translator?.report(regions) ?? null,
  };
}
