/** Options that change the machine, as one table: help and the resulting configuration come from it. */
import { type Command, Option } from 'commander';
import {
  HOSTINGS,
  MACHINE_DEFAULT,
  MACHINE_ENGINES,
  type MachineConfig,
  MMU_OFF,
  STRATEGIES,
  type Strategy,
  type TlbGeometry,
} from '../../abi/config.ts';
import { InputError } from '../../abi/errors.ts';
import { SIZES } from '../../abi/layout.ts';
import type { ConfigPatch } from '../../lab/api.ts';
import { patched } from '../../lab/environments.ts';
import { atLeast, bytes, count, lineCache, oneOf, tlb } from './values.ts';

interface MachineOption {
  readonly flag: string;
  /** Placeholder of the value in the help; null: a switch. */
  readonly value: string | null;
  readonly summary: string;
  readonly patch: (text: string, option: string) => ConfigPatch;
}

const show = (t: TlbGeometry) => `${t.entries}x${t.ways}:${t.policy}`;
const { mmu, memory } = MACHINE_DEFAULT;

const MACHINE_OPTIONS: readonly MachineOption[] = [
  {
    flag: 'memory',
    value: 'SIZE',
    summary: `RAM of the guest (default ${memory / 2 ** 20}M)`,
    patch: (text, option) => ({ memory: bytes(option, text) }),
  },
  {
    flag: 'harts',
    value: 'N',
    summary: `harts of the guest, 1 to ${SIZES.HARTS_MOST}, which run in turn (default ${MACHINE_DEFAULT.harts})`,
    patch: (text, option) => ({ harts: atLeast(1, option, text) }),
  },
  {
    flag: 'mmu',
    value: 'PRESET',
    summary: 'default, or off: no TLB, walk cache or cache at all, every access walks',
    patch: (text, option) => (oneOf(['default', 'off'], option, text) === 'off' ? { mmu: MMU_OFF } : {}),
  },
  {
    flag: 'tlb-l1i',
    value: 'TLB',
    summary: `first-level instruction TLB, entries x ways:policy, off, or unified (default ${show(mmu.l1i!)})`,
    patch: (text, option) => ({ mmu: { l1i: text === 'unified' ? null : tlb(option, text) } }),
  },
  {
    flag: 'tlb-l1d',
    value: 'TLB',
    summary: `first-level data TLB; policies direct, fifo, random, lru (default ${show(mmu.l1d)})`,
    patch: (text, option) => ({ mmu: { l1d: tlb(option, text) } }),
  },
  {
    flag: 'tlb-l2',
    value: 'TLB',
    summary: `second-level TLB (default ${show(mmu.l2)})`,
    patch: (text, option) => ({ mmu: { l2: tlb(option, text) } }),
  },
  {
    flag: 'walk-cache',
    value: 'N',
    summary: `entries of the walk cache a level, 0 is off (default ${mmu.walkCache})`,
    patch: (text, option) => ({ mmu: { walkCache: count(option, text) } }),
  },
  {
    flag: 'nested-tlb',
    value: 'N',
    summary: `entries of the nested TLB, 0 is off (default ${mmu.nestedTlb})`,
    patch: (text, option) => ({ mmu: { nestedTlb: count(option, text) } }),
  },
  ...(['l1', 'l2', 'llc'] as const).map((level) => ({
    flag: `cache-${level}`,
    value: 'CACHE',
    summary: `${level} cache as the walker sees it, lines x ways, or off (default ${mmu.caches[level].lines}x${mmu.caches[level].ways})`,
    patch: (text: string, option: string): ConfigPatch => ({ mmu: { caches: { [level]: lineCache(option, text) } } }),
  })),
  {
    flag: 'no-tags',
    value: null,
    summary: 'TLB entries carry no ASID and VMID: every switch flushes',
    patch: () => ({ mmu: { tagged: false } }),
  },
  {
    flag: 'shadow-policy',
    value: 'POLICY',
    summary: `sync: every store to a guest table exits; unsync: leaf tables go out of step (default ${MACHINE_DEFAULT.shadow.policy})`,
    patch: (text, option) => ({ shadow: { policy: oneOf(['sync', 'unsync'], option, text) } }),
  },
  {
    flag: 'shadow-flood',
    value: 'N',
    summary: 'stores without a use after which a guest table is no longer shadowed, 0: never (default 0)',
    patch: (text, option) => ({ shadow: { flood: count(option, text) } }),
  },
  {
    flag: 'shadow-roots',
    value: 'KIND',
    summary: 'cached: shadow roots survive a switch of address space; dropped: they do not (default cached)',
    patch: (text, option) => ({ shadow: { cachedRoots: oneOf(['cached', 'dropped'], option, text) === 'cached' } }),
  },
  {
    flag: 'host-pages',
    value: 'SIZE',
    summary: `largest page the VMM uses: 4k, 2m, 1g (default ${MACHINE_DEFAULT.hostPages})`,
    patch: (text, option) => ({ hostPages: oneOf(['4k', '2m', '1g'], option, text) }),
  },
  {
    flag: 'host-levels',
    value: 'N',
    summary: `levels of the G-stage table: 3 is Sv39x4, 4 is Sv48x4 (default ${MACHINE_DEFAULT.hostLevels})`,
    patch: (text, option) => ({ hostLevels: oneOf(['3', '4'], option, text) === '4' ? 4 : 3 }),
  },
  {
    flag: 'ad',
    value: 'WHO',
    summary: `hardware: the walker sets A and D bits; fault: a page fault asks the kernel to (default ${MACHINE_DEFAULT.adUpdate})`,
    patch: (text, option) => ({ adUpdate: oneOf(['hardware', 'fault'], option, text) }),
  },
  {
    flag: 'code-pages',
    value: 'N',
    summary: `pages of decoded code kept (default ${MACHINE_DEFAULT.codePages})`,
    patch: (text, option) => ({ codePages: atLeast(1, option, text) }),
  },
  {
    flag: 'engine',
    value: 'NAME',
    summary: `interp: interpreted; jit: hot code is translated to WebAssembly, with the same counters (default ${MACHINE_DEFAULT.engine})`,
    patch: (text, option) => ({ engine: oneOf(MACHINE_ENGINES, option, text) }),
  },
];

const HEADING = 'Machine:';

/** Adds the machine's options to a command, under a heading of their own. */
export function addMachineOptions(command: Command): Command {
  command.optionsGroup(HEADING);
  for (const { flag, value, summary } of MACHINE_OPTIONS) {
    command.addOption(new Option(value === null ? `--${flag}` : `--${flag} <${value}>`, summary));
  }
  return command.optionsGroup('Options:');
}

const key = (flag: string) => flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/**
 * The changes to the machine that the given options ask for; later rows of the table win.
 * @throws InputError for a malformed value
 */
export function machinePatch(options: Readonly<Record<string, unknown>>): ConfigPatch {
  return MACHINE_OPTIONS.reduce<ConfigPatch>((patch, { flag, value, patch: change }) => {
    // Commander stores `--no-x` as x = false.
    const given = value === null ? options[key(flag.replace(/^no-/, ''))] === false : options[key(flag)];
    if (given === undefined || given === false) return patch;
    return patched(patch, change(String(given), `--${flag}`));
  }, {});
}

const ids = <T extends { readonly id: string }>(rows: readonly T[]): T['id'][] => rows.map((row) => row.id);

/**
 * The whole machine that --strategy, --hosting, --type2, --bootargs, --no-counting and the machine's options ask for, on top of `base`. A
 * command that has not all of them leaves them as they are there; `without` is a strategy it cannot have.
 * @throws InputError for a malformed value or combination
 */
export function machineOf(
  options: Readonly<Record<string, unknown>>,
  base: MachineConfig,
  without?: Strategy,
): MachineConfig {
  const strategies = ids(STRATEGIES).filter((id) => id !== without);
  const strategy = oneOf(strategies, '--strategy', String(options.strategy));
  const hosting = options.type2 ? 'type2' : oneOf(ids(HOSTINGS), '--hosting', String(options.hosting ?? base.hosting));
  if (strategy === 'bare' && hosting === 'type2') {
    const others = new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(
      strategies.filter((id) => id !== 'bare'),
    );
    throw new InputError('--type2: the strategy bare has no VMM', `choose ${others}`);
  }
  const bootargs = String(options.bootargs ?? base.bootargs);
  return patched(
    patched(base, { strategy, hosting, bootargs, counting: options.counting !== false }),
    machinePatch(options),
  );
}
