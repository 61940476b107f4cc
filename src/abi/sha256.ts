import { hexBytes } from './hex.ts';

/** SHA-256 as 64 hex digits, by the Web Crypto interface that Node and browsers share. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return hexBytes(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)));
}
