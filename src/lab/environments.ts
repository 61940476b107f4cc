/** Environments: what a workload can be run under. One row each; a row says how its machine differs from the default. */
import { MACHINE_DEFAULT, type MachineConfig } from '../abi/config.ts';
import { InputError } from '../abi/errors.ts';
import type { ProgramHosting } from '../abi/program.ts';
import type { EnvironmentRecord } from '../abi/result.ts';
import type { ConfigPatch } from './api.ts';
import { suggest } from './nearest.ts';

export interface Environment {
  readonly id: string;
  readonly summary: string;
  readonly engine: 'interp' | 'jit' | 'native';
  readonly image: EnvironmentRecord['image'];
  /** `machine`: the lab's guest kernel on a machine; `native`: nothing at all; else what hosts a program of Linux or WASI. */
  readonly hosting: EnvironmentRecord['hosting'];
  /** Differences from MACHINE_DEFAULT. */
  readonly config: ConfigPatch;
}

const machine = (id: string, summary: string, config: ConfigPatch): Environment => ({
  id,
  summary,
  engine: 'interp',
  image: config.strategy === 'paravirt' ? 'kernel-paravirt' : 'kernel',
  hosting: 'machine',
  config,
});

const program = (id: string, hosting: ProgramHosting, summary: string, config: ConfigPatch = {}): Environment => ({
  id,
  summary,
  engine: hosting === 'wasi' ? 'native' : 'interp',
  image: hosting === 'wasi' ? 'wasi' : 'linux',
  hosting,
  config,
});

export const ENVIRONMENTS: readonly Environment[] = [
  {
    id: 'native',
    summary: 'the workload’s own WebAssembly build: no machine, no translation, wall time only',
    engine: 'native',
    image: 'native',
    hosting: 'native',
    config: {},
  },
  machine('bare', 'the guest kernel on the bare machine, one stage of translation', { strategy: 'bare' }),
  machine('nested', 'nested paging: two stages in hardware', { strategy: 'nested' }),
  machine('shadow', 'shadow paging, leaf tables go out of step until a fence', { strategy: 'shadow' }),
  machine('paravirt', 'paravirtual paging: validated direct tables, batched updates', { strategy: 'paravirt' }),
  machine('shadow-sync', 'shadow paging, every store to a guest table exits', {
    strategy: 'shadow',
    shadow: { policy: 'sync' },
  }),
  machine('shadow-no-flood', 'shadow paging that never gives up a table, however often it is written', {
    strategy: 'shadow',
    shadow: { flood: 0 },
  }),
  machine('shadow-uncached', 'shadow paging that forgets its roots at every address-space switch', {
    strategy: 'shadow',
    shadow: { cachedRoots: false },
  }),
  machine('shadow-2m', 'shadow paging with 2 MiB host pages', { strategy: 'shadow', hostPages: '2m' }),
  machine('nested-2m', 'nested paging with 2 MiB host pages', { strategy: 'nested', hostPages: '2m' }),
  machine('nested-1g', 'nested paging with 1 GiB host pages where memory allows', {
    strategy: 'nested',
    hostPages: '1g',
  }),
  machine('nested-no-ntlb', 'nested paging with walk caches but no nested TLB', {
    strategy: 'nested',
    mmu: { nestedTlb: 0 },
  }),
  machine('nested-no-pwc', 'nested paging without walk caches or a nested TLB', {
    strategy: 'nested',
    mmu: { walkCache: 0, nestedTlb: 0 },
  }),
  machine('bare-no-pwc', 'the bare machine without walk caches', { strategy: 'bare', mmu: { walkCache: 0 } }),
  machine('bare-no-tags', 'the bare machine with an untagged TLB', { strategy: 'bare', mmu: { tagged: false } }),
  machine('nested-no-tags', 'nested paging with an untagged TLB', { strategy: 'nested', mmu: { tagged: false } }),
  machine('shadow-no-tags', 'shadow paging with an untagged TLB', { strategy: 'shadow', mmu: { tagged: false } }),
  machine('bare-ad-fault', 'the bare machine, A and D bits set by the kernel on a fault', {
    strategy: 'bare',
    adUpdate: 'fault',
  }),
  machine('nested-type2', 'nested paging, the VMM a process of a host system', {
    strategy: 'nested',
    hosting: 'type2',
  }),
  machine('shadow-type2', 'shadow paging, the VMM a process of a host system', {
    strategy: 'shadow',
    hosting: 'type2',
  }),
  machine('paravirt-type2', 'paravirtual paging, the VMM a process of a host system', {
    strategy: 'paravirt',
    hosting: 'type2',
  }),
  program(
    'process',
    'process',
    'a Linux program whose system calls are translated: no guest kernel (process VM, WSL 1)',
  ),
  program(
    'container',
    'container',
    'the same program in a container: namespaces and control groups of a shared kernel',
  ),
  program('wsl2', 'wsl2', 'the same program in a distribution of a warm light VM with a real Linux kernel (WSL 2)', {
    strategy: 'nested',
  }),
  program('container-wasm', 'wasi', 'its WebAssembly build in a container’s files (WASI): nothing is translated'),
];

/** The environment of this id. Throws InputError with the nearest id. */
export function environmentById(id: string): Environment {
  const found = ENVIRONMENTS.find((environment) => environment.id === id);
  if (found) return found;
  throw new InputError(
    `unknown environment “${id}”`,
    suggest(
      id,
      ENVIRONMENTS.map((environment) => environment.id),
    ),
  );
}

/** `base` with the values of `patch`, to any depth; a null in either replaces as a whole. */
export function patched<T>(base: T, patch: unknown): T {
  if (patch === undefined) return base;
  if (typeof base !== 'object' || base === null || typeof patch !== 'object' || patch === null) return patch as T;
  const out = { ...base } as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) out[key] = patched(out[key], value);
  return out as T;
}

/** The full machine of an environment, the request's changes last; null where there is none (engine `native`). */
export function machineOf(environment: Environment, changes: ConfigPatch, bootargs: string): MachineConfig | null {
  if (environment.engine === 'native') return null;
  return { ...patched(patched(MACHINE_DEFAULT, environment.config), changes), bootargs };
}

/** What a result says about an environment. */
export function environmentRecord(environment: Environment, changes: ConfigPatch): EnvironmentRecord {
  const { id, summary, image, hosting } = environment;
  const config = machineOf(environment, changes, '');
  return { id, summary, engine: config?.engine ?? 'native', image, hosting, config };
}

/**
 * What of all that is done for a guest its machine does, and so counts: everything; what the program itself does, whose kernel is outside;
 * nothing, as there is no machine.
 */
export function countedShare({ hosting }: Environment): 'all' | 'own' | 'none' {
  if (hosting === 'process' || hosting === 'container') return 'own';
  return hosting === 'native' || hosting === 'wasi' ? 'none' : 'all';
}
