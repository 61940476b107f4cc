// Instruction fetch of the bare core: every page of RAM has its records at a fixed place.
import { decode, OP_PAGE_END } from '../generated/decode';
import { DELTA, PC } from '../generated/layout';
import { joinAround } from './pairs';
import { raise } from './raise';
import { PAGE_RECORDS, RAM, RAM_BYTES, RECORDS } from './ram';

/** The record of the instruction at pc, or 0 after a fault. */
export function fetch(pc: u64): u32 {
  if (pc >= RAM_BYTES) {
    store<u64>(0, pc, PC);
    raise(1, pc);
    return 0;
  }
  const records = RECORDS + <u32>(pc >> 12) * PAGE_RECORDS;
  store<u64>(0, (pc & ~0xfff) - <u64>(records >> 3), DELTA);
  store<u16>(records, <u16>OP_PAGE_END, 32768);
  store<u16>(records, <u16>OP_PAGE_END, 32768 + 16);
  return records + ((<u32>pc & 0xffe) << 3);
}

/** The record to begin with at PC: nothing is kept between runs here. */
export function enter(): u32 {
  return fetch(load<u64>(0, PC));
}

/** Decodes the record at ip, which also stands for an instruction that straddles two pages. */
export function decodeAt(ip: u32): u32 {
  const page = (ip - RECORDS) / PAGE_RECORDS;
  const off = ((ip - RECORDS) % PAGE_RECORDS) >> 3;
  decode(ip, off, load<u32>(RAM + (page << 12) + off));
  joinAround(ip, off);
  return ip;
}

/** Decodes the instruction at pc, which may then be one of a pair. */
export function prepare(pc: u64): void {
  decodeAt(fetch(pc));
}
