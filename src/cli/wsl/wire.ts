/**
 * What the command line and the process that holds the VM say to each other over a socket: frames of u32 length (little-endian), u8 type and
 * a payload. One connection is one request; `request` comes first, `exit` or `error` last. A command to a warm VM has milliseconds, so this
 * is no HTTP, as it is between other commands and their background process, and nothing is imported here.
 */

import type { Observation } from '../observe.ts';

/** Both sides must speak the same, except for `shutdown`, which every version understands. */
export const PROTOCOL = 2;

export const TYPE = {
  /** JSON, a Request. */
  request: 1,
  stdin: 2,
  stdinEnd: 3,
  /** JSON: number of a signal for the program. */
  signal: 4,
  /** JSON: the size of the terminal. */
  size: 5,
  /** The request was understood; an answer follows when there is one. */
  accepted: 16,
  stdout: 17,
  stderr: 18,
  /** JSON, an Answer: the request was carried out. */
  exit: 19,
  /** JSON: message; the request was bad, or could not be carried out. */
  error: 20,
} as const;
export type Type = (typeof TYPE)[keyof typeof TYPE];

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** What can be asked for. */
export type Request = { readonly protocol: number } & (
  | {
      readonly op: 'run';
      /** null: the default one. */
      readonly distro: string | null;
      /** null: the distribution's own default. */
      readonly user: string | null;
      /** Empty: the user's shell. */
      readonly argv: readonly string[];
      /** The host's working directory. */
      readonly cwd: string;
      /** A directory of the guest's, or null for what becomes of `cwd`. */
      readonly cd: string | null;
      readonly env: Readonly<Record<string, string>>;
      readonly terminal: Size | null;
      /** How the VM is looked at while the command runs; paths are the host's. */
      readonly observation: Observation | null;
    }
  | { readonly op: 'install'; readonly name: string }
  /** Standard input is a tar archive. */
  | { readonly op: 'import'; readonly name: string }
  /** Standard output becomes a tar archive. */
  | { readonly op: 'export'; readonly name: string }
  /** Standard output becomes the content of a file. */
  | { readonly op: 'read'; readonly name: string; readonly path: string }
  | { readonly op: 'terminate' | 'unregister'; readonly name: string }
  | { readonly op: 'status' | 'shutdown' }
);

/** How the VM is. */
export interface VmStatus {
  readonly pid: number;
  readonly running: readonly string[];
  readonly programs: number;
  /** Bytes: of the guest, and of this process on the host. */
  readonly memory: number;
  readonly resident: number;
  readonly kernel: string;
  readonly started: string;
  readonly instructions: number;
}

export interface Answer {
  readonly code: number;
  readonly status?: VmStatus;
}

const HEADER = 5;
/** Bytes of a payload at most. */
const MOST = 1 << 20;

export function frame(type: Type, payload: Uint8Array = new Uint8Array()): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes[4] = type;
  bytes.set(payload, HEADER);
  return bytes;
}

export const message = (type: Type, value: unknown): Buffer => frame(type, Buffer.from(JSON.stringify(value)));

/** Puts frames together from what a socket brings. Throws where it is none of this protocol. */
export class Frames {
  private rest: Buffer = Buffer.alloc(0);
  private readonly each: (type: number, payload: Buffer) => void;

  constructor(each: (type: number, payload: Buffer) => void) {
    this.each = each;
  }

  push(chunk: Buffer): void {
    const all = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    let at = 0;
    while (all.length - at >= HEADER) {
      const length = all.readUInt32LE(at);
      if (length > MOST) throw new Error('this is no frame of the VM’s protocol');
      if (all.length - at < HEADER + length) break;
      this.each(all[at + 4]!, all.subarray(at + HEADER, at + HEADER + length));
      at += HEADER + length;
    }
    this.rest = all.subarray(at);
  }
}
