/** Content by its SHA-256, as `sha256:` and 64 hex digits (image-spec, descriptor.md). */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { InputError } from '../../abi/errors.ts';

/** `sha256:` and 64 hex digits. */
export type Digest = string;

export const isDigest = (text: unknown): text is Digest =>
  typeof text === 'string' && /^sha256:[0-9a-f]{64}$/.test(text);

/** The hex digits of a digest. */
export const hexOf = (digest: Digest): string => digest.slice(7);

/** What both kinds have in common. */
interface Hash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** Node's own is many times as fast as one of JavaScript; a browser's own takes no pieces. */
const native = (
  globalThis as { process?: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> }
).process?.getBuiltinModule?.('node:crypto');
const begin = (): Hash => native?.createHash('sha256') ?? sha256.create();

/** A digest of what comes in pieces. */
export class Digester {
  private readonly hash = begin();
  update(bytes: Uint8Array): void {
    this.hash.update(bytes);
  }
  digest(): Digest {
    return `sha256:${bytesToHex(this.hash.digest())}`;
  }
}

export function digestOf(bytes: Uint8Array): Digest {
  const digester = new Digester();
  digester.update(bytes);
  return digester.digest();
}

/** Fails where content is not what it was said to be. */
export function demandDigest(what: string, found: Digest, wanted: Digest): void {
  if (found !== wanted)
    throw new InputError(`${what}: its content is not what its digest says`, `It is ${found}, not ${wanted}.`);
}
