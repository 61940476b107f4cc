/** `.wslconfig` (the VM, on the host) and `wsl.conf` (one distribution, in it): their keys and what holds without them. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { booleanValue, type Row, readSettings, sizeValue } from './ini.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;

export interface VmSettings {
  /** Bytes. */
  readonly memory: number;
  readonly processors: number;
  /** Bytes; 0: none. */
  readonly swap: number;
  /** A file, or null for the one that `trapframe linux --build` made. */
  readonly kernel: string | null;
  readonly kernelCommandLine: string;
  /** Milliseconds without a program after which the VM ends; null: never. */
  readonly idle: number | null;
  /** Bytes of a new distribution's disk. */
  readonly diskSize: number;
  /** The directory of the host that distributions see at /mnt/host. */
  readonly share: string;
}

/** A size of at least `least` bytes in whole pages. */
const size = <K extends string>(key: K, text: string, least: number): Record<K, number> | undefined => {
  const bytes = sizeValue(text);
  return bytes !== undefined && (bytes === 0 ? least === 0 : bytes >= least) && bytes % 4096 === 0
    ? ({ [key]: bytes } as Record<K, number>)
    : undefined;
};

/** A path of the host; relative ones begin at the home directory, where the file lies. */
const path = (text: string): string => resolve(homedir(), text.replace(/^~(?=\/|$)/, '.'));

export const VM_ROWS: readonly Row<VmSettings>[] = [
  {
    section: 'wsl2',
    key: 'memory',
    expected: 'a size of at least 64MB, such as 512MB or 2GB',
    read: (v) => size('memory', v, 64 * MiB),
  },
  {
    section: 'wsl2',
    key: 'processors',
    expected: 'a number of processors from 1 to 8',
    read: (v) => (/^[1-8]$/.test(v) ? { processors: Number(v) } : undefined),
  },
  { section: 'wsl2', key: 'swap', expected: 'a size such as 256MB, or 0 for none', read: (v) => size('swap', v, 0) },
  {
    section: 'wsl2',
    key: 'kernel',
    expected: 'the path of a kernel',
    read: (v) => (v ? { kernel: path(v) } : undefined),
  },
  { section: 'wsl2', key: 'kernelCommandLine', expected: 'words', read: (v) => ({ kernelCommandLine: v }) },
  {
    section: 'wsl2',
    key: 'vmIdleTimeout',
    expected: 'milliseconds, or -1 for never',
    read: (v) => (/^(-1|\d{1,9})$/.test(v) ? { idle: v === '-1' ? null : Number(v) } : undefined),
  },
  {
    section: 'wsl2',
    key: 'defaultVhdSize',
    expected: 'a multiple of 128MB, such as 16GB',
    read: (v) => {
      const bytes = sizeValue(v) ?? 0;
      return bytes > 0 && bytes % (128 * MiB) === 0 && bytes <= 512 * GiB ? { diskSize: bytes } : undefined;
    },
  },
  {
    section: 'wsl2',
    key: 'share',
    expected: 'the path of a directory',
    read: (v) => (v ? { share: path(v) } : undefined),
  },
];

export const configFile = (): string => join(homedir(), '.wslconfig');

/** What `.wslconfig` in the home directory says; throws an InputError where it cannot be understood. */
export function vmSettings(state: string, file = configFile()): VmSettings {
  const given = existsSync(file) ? readSettings(VM_ROWS, readFileSync(file, 'utf8'), file, true) : {};
  return {
    memory: 256 * MiB,
    processors: 1,
    swap: 0,
    kernel: null,
    kernelCommandLine: '',
    idle: 60_000,
    diskSize: 16 * GiB,
    share: join(state, 'host'),
    ...given,
  };
}

export interface DistroSettings {
  /** Whether it sees /mnt/host. */
  readonly share: boolean;
  readonly hostname: string;
  /** The user whose rights programs have, when none is named. */
  readonly user: string;
  /** A command for the shell when the distribution starts; empty: none. */
  readonly boot: string;
}

export const DISTRO_ROWS: readonly Row<DistroSettings>[] = [
  {
    section: 'automount',
    key: 'enabled',
    expected: 'true or false',
    read: (v) => {
      const share = booleanValue(v);
      return share === undefined ? undefined : { share };
    },
  },
  {
    section: 'network',
    key: 'hostname',
    expected: 'a host name',
    read: (v) => (/^[A-Za-z0-9]([A-Za-z0-9.-]{0,62})$/.test(v) ? { hostname: v } : undefined),
  },
  { section: 'user', key: 'default', expected: 'the name of a user', read: (v) => (v ? { user: v } : undefined) },
  { section: 'boot', key: 'command', expected: 'a command', read: (v) => ({ boot: v }) },
];

/** What a distribution's wsl.conf says; keys that mean nothing here are left alone. Throws an InputError. */
export const distroSettings = (name: string, text: string): DistroSettings => ({
  share: true,
  hostname: name,
  user: 'root',
  boot: '',
  ...readSettings(DISTRO_ROWS, text, `/etc/wsl.conf of ${name}`, false),
});
