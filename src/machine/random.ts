/** The host's random numbers; it gives no more than 64 KiB at once. */
export function hostRandom(into: Uint8Array): void {
  for (let at = 0; at < into.length; at += 65_536)
    crypto.getRandomValues(into.subarray(at, at + 65_536) as Uint8Array<ArrayBuffer>);
}
