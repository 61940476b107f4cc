/**
 * Snapshots as files. All numbers are little-endian:
 *
 *   "TRAPSNAP", u32 version, u32 bytes of the head, the head (JSON: configuration, core, what was attached, lengths of the parts),
 *   u32 bytes of the body, the body (the parts one after another, compressed with raw deflate or, where the head says so, as they are),
 *   SHA-256 of everything before it
 *
 * A file that is cut off, altered or of another version is refused before anything is restored.
 */

import { joined, u32 } from '../abi/bytes.ts';
import type { MachineConfig } from '../abi/config.ts';
import { InputError } from '../abi/errors.ts';
import type { CoreState } from '../engine/snapshot.ts';

export const SNAPSHOT_VERSION = 1;
const MAGIC = 'TRAPSNAP';
const FIXED = 16;
const DIGEST = 32;

/** What a machine is when it stands still. */
export interface MachineState {
  readonly config: MachineConfig;
  /** SHA-256 of the core: another core has another layout. */
  readonly coreSha256: string;
  /** Whatever whoever saved it wants to know again; JSON. */
  readonly about: Readonly<Record<string, unknown>>;
  readonly core: CoreState;
  /** Saved states of the devices of the host, in the order of their windows. */
  readonly devices: readonly Uint8Array[];
}

interface Head {
  readonly config: MachineConfig;
  readonly coreSha256: string;
  readonly about: Readonly<Record<string, unknown>>;
  readonly flags: number;
  readonly size: number;
  /** The body is not compressed. */
  readonly stored?: boolean;
  /** Bytes of each part of the body. */
  readonly parts: readonly number[];
}

const asBytes = (array: Uint32Array): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

async function through(bytes: Uint8Array, transform: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(transform);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const sha256 = async (bytes: Uint8Array): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));

/** Writes a state as the bytes of a file. One that is not compressed is three times as large and there at once. */
export async function encodeSnapshot(
  { config, coreSha256, about, core, devices }: MachineState,
  { compress = true } = {},
): Promise<Uint8Array> {
  const parts = [asBytes(core.pages), core.contents, asBytes(core.slots), core.bits, ...devices];
  const head: Head = {
    config,
    coreSha256,
    about,
    flags: core.flags,
    size: core.size,
    ...(compress ? {} : { stored: true }),
    parts: parts.map((part) => part.length),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const all = joined(parts);
  const body = compress ? await through(all, new CompressionStream('deflate-raw')) : all;
  const file = joined([
    new TextEncoder().encode(MAGIC),
    u32(SNAPSHOT_VERSION),
    u32(text.length),
    text,
    u32(body.length),
    body,
  ]);
  return joined([file, await sha256(file)]);
}

const refused = (why: string, advice?: string): InputError =>
  new InputError(`this snapshot cannot be used: ${why}`, advice);

/** Reads the bytes of a file; throws an InputError for whatever is not wholly what was written. */
export async function decodeSnapshot(file: Uint8Array): Promise<MachineState> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < FIXED || new TextDecoder().decode(file.subarray(0, 8)) !== MAGIC) throw refused('it is none');
  const version = view.getUint32(8, true);
  if (version !== SNAPSHOT_VERSION) {
    throw refused(
      `it is of version ${version}, this is version ${SNAPSHOT_VERSION}`,
      version > SNAPSHOT_VERSION ? 'Use a newer Trapframe.' : 'Make it anew.',
    );
  }
  const headEnd = FIXED + view.getUint32(12, true);
  const bodyEnd = headEnd + 4 <= file.length ? headEnd + 4 + view.getUint32(headEnd, true) : Number.POSITIVE_INFINITY;
  if (bodyEnd + DIGEST !== file.length) throw refused('it is cut off, or something follows it');
  const digest = await sha256(file.subarray(0, bodyEnd));
  if (digest.some((byte, i) => byte !== file[bodyEnd + i])) throw refused('it was altered: its checksum is wrong');
  const head = JSON.parse(new TextDecoder().decode(file.subarray(FIXED, headEnd))) as Head;
  // Not `subarray`: a Buffer of Node’s would hand on what its own `slice` means.
  const written = new Uint8Array(file.buffer, file.byteOffset + headEnd + 4, bodyEnd - headEnd - 4);
  const body = head.stored ? written : await through(written, new DecompressionStream('deflate-raw'));
  let at = 0;
  const parts = head.parts.map((length) => {
    at += length;
    return body.subarray(at - length, at);
  });
  if (at !== body.length) throw refused('its parts do not add up');
  const [pages, contents, slots, bits, ...devices] = parts as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);
  return {
    config: head.config,
    coreSha256: head.coreSha256,
    about: head.about,
    core: { flags: head.flags, size: head.size, pages: words(pages), contents, slots: words(slots), bits },
    devices,
  };
}
