/** The smallest userland: busybox under all its names, and the agent as process 1. */
import { type CpioEntry, characterDevice, directory, file, link, writeCpio } from '../image/cpio.ts';

export interface Userland {
  /** A static busybox for riscv64. */
  readonly busybox: Uint8Array;
  /** The agent (build/guests/linux/agent). */
  readonly agent: Uint8Array;
  /** The program that packs and unpacks trees (build/guests/linux/archive), for a guest that keeps distributions. */
  readonly archive?: Uint8Array;
  /** Further programs, by name, in /bin. */
  readonly programs?: Readonly<Record<string, Uint8Array>>;
  /** Kernel modules in the order in which they are loaded. */
  readonly modules?: readonly { readonly name: string; readonly content: Uint8Array }[];
}

const DIRECTORIES = [
  'bin',
  'dev',
  'etc',
  'lib',
  'lib/modules',
  'mnt',
  'newroot',
  'proc',
  'root',
  'run',
  'sbin',
  'sys',
  'tmp',
  'usr',
  'usr/bin',
];
/** What a script may name when the applets can't be told. */
const FEW = ['sh', 'ls', 'cat', 'echo', 'mount', 'ps', 'env'];

/**
 * Names under which a busybox can be called: its applet table, NUL-terminated names in sorted order, which begins with `[` and `[[`.
 * Empty where there is no such table.
 */
export function appletsOf(busybox: Uint8Array): string[] {
  const start = [0x5b, 0, 0x5b, 0x5b, 0];
  for (let at = busybox.indexOf(0x5b); at >= 0; at = busybox.indexOf(0x5b, at + 1)) {
    if (!start.every((byte, i) => busybox[at + i] === byte)) continue;
    const names: string[] = [];
    for (let from = at; ; ) {
      const end = busybox.indexOf(0, from);
      const name = String.fromCharCode(...busybox.subarray(from, Math.min(end, from + 64)));
      if (end <= from || name <= (names.at(-1) ?? '')) break;
      names.push(name);
      from = end + 1;
    }
    // Elsewhere the two names may stand side by side too, but no long sorted list follows.
    if (names.length > 50) return names;
  }
  return [];
}

/** The initial RAM disk as a cpio archive. Equal parts give equal bytes. */
export function buildInitramfs({ busybox, agent, archive, programs = {}, modules = [] }: Userland): Uint8Array {
  const applets = appletsOf(busybox);
  const entries: CpioEntry[] = [
    ...DIRECTORIES.map((path) => directory(path)),
    characterDevice('dev/console', 5, 1),
    file('bin/busybox', busybox, 0o755),
    ...(applets.length ? applets : FEW)
      .filter((name) => name !== 'busybox')
      .map((name) => link(`bin/${name}`, 'busybox')),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
    file('etc/group', 'root:x:0:\n'),
    file('init', agent, 0o755),
    ...(archive ? [file('bin/archive', archive, 0o755)] : []),
    ...Object.entries(programs).map(([name, content]) => file(`bin/${name}`, content, 0o755)),
    ...modules.map(({ name, content }, i) => file(`lib/modules/${String(i).padStart(2, '0')}-${name}`, content)),
  ];
  return writeCpio(entries);
}
