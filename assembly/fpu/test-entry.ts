/** The unit on its own, with its flags cell in reach: what the property tests load. */
import { FFLAGS } from '../generated/layout';
export * from './index';

export function getFlags(): u32 {
  return load<u8>(0, FFLAGS);
}

export function setFlags(flags: u32): void {
  store<u8>(0, <u8>flags, FFLAGS);
}
