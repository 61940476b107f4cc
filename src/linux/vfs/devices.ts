/** Character devices that are only memory: null, zero, full, random (null(4), random(4)). */
import { E, fail } from '../errno.ts';
import { FileKind, type OpenFile } from './file.ts';

class NullKind extends FileKind {
  override readonly seekable = true;
  override read(): number {
    return 0;
  }
  override write(_file: OpenFile, from: Uint8Array): number {
    return from.length;
  }
  override readAt(): number {
    return 0;
  }
  override writeAt(_file: OpenFile, _at: number, from: Uint8Array): number {
    return from.length;
  }
}

class ZeroKind extends NullKind {
  override read(_file?: OpenFile, into?: Uint8Array): number {
    into!.fill(0);
    return into!.length;
  }
}

class FullKind extends ZeroKind {
  override write(): number {
    return fail(E.NOSPC);
  }
}

class RandomKind extends NullKind {
  private readonly fill: (into: Uint8Array) => void;
  constructor(fill: (into: Uint8Array) => void) {
    super();
    this.fill = fill;
  }
  override read(_file?: OpenFile, into?: Uint8Array): number {
    this.fill(into!);
    return into!.length;
  }
}

export interface DeviceRow {
  readonly name: string;
  readonly major: number;
  readonly minor: number;
  readonly mode: number;
}

/** What /dev holds. */
export const DEVICES: readonly DeviceRow[] = [
  { name: 'null', major: 1, minor: 3, mode: 0o666 },
  { name: 'zero', major: 1, minor: 5, mode: 0o666 },
  { name: 'full', major: 1, minor: 7, mode: 0o666 },
  { name: 'random', major: 1, minor: 8, mode: 0o666 },
  { name: 'urandom', major: 1, minor: 9, mode: 0o666 },
  { name: 'tty', major: 5, minor: 0, mode: 0o666 },
  { name: 'console', major: 5, minor: 1, mode: 0o620 },
];

/** Links in it, to what only the process knows. */
export const DEVICE_LINKS: readonly (readonly [name: string, target: string])[] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
  ['ptmx', 'pts/ptmx'],
];

/** The kinds of the memory devices, by name. */
export const memoryDevices = (random: (into: Uint8Array) => void): ReadonlyMap<string, FileKind> =>
  new Map<string, FileKind>([
    ['null', new NullKind()],
    ['zero', new ZeroKind()],
    ['full', new FullKind()],
    ['random', new RandomKind(random)],
    ['urandom', new RandomKind(random)],
  ]);
