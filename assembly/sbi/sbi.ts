// The supervisor binary interface 2.0, served by the machine itself: the firmware of a guest that starts in S-mode.
// Base, TIME, IPI, RFENCE, HSM, SRST, DBCN, PMU and the legacy console.
import { EVENT, EVENT_CODE, HART, MIP, STIMECMP, X, EVENT_EXIT, EVENT_RESET } from '../generated/layout';
import { fenceHart } from '../mmu/fence';
import { pause } from '../cpu/raise';
import { hartAt } from '../harts/block';
import { guestPage } from '../vmm/frames';
import { leaveHostKernel } from '../vmm/exit';
import { consoleIn, consoleOut } from '../bus/uart';
import { INVALID_PARAM, NOT_SUPPORTED, SUCCESS, answer, argument, readHartMask, targets } from './call';
import { hsm } from './hsm';
import { pmu } from './pmu';

const EXT_BASE: u64 = 0x10;
const EXT_TIME: u64 = 0x54494d45;
const EXT_IPI: u64 = 0x735049;
const EXT_RFENCE: u64 = 0x52464e43;
const EXT_HSM: u64 = 0x48534d;
const EXT_SRST: u64 = 0x53525354;
const EXT_DBCN: u64 = 0x4442434e;
const EXT_PMU: u64 = 0x504d55;
const MIP_SSIP: u64 = 1 << 1;
/** "Trapframe" has no registered implementation id; this is the lab's own. */
const IMPLEMENTATION: u64 = 0x5452;

/** Serves the call in a6 and a7 and answers in a0 and a1; what is unknown is not supported. */
export function sbiCall(): void {
  const extension = argument(7);
  const call = argument(6);
  if (extension == EXT_TIME && call == 0) {
    store<u64>(STIMECMP, argument(0));
    pause();
    answer(SUCCESS, 0);
  } else if (extension == EXT_IPI && call == 0) ipi();
  else if (extension == EXT_BASE) base(call);
  else if (extension == EXT_RFENCE && call <= 2) fence(call);
  else if (extension == EXT_HSM) hsm(call);
  else if (extension == EXT_PMU) pmu(call);
  else if (extension == EXT_DBCN) {
    leaveHostKernel();
    console(call);
  } else if (extension == EXT_SRST && call == 0) {
    leaveHostKernel();
    reset(argument(0), argument(1));
  } else if (extension == 1) {
    leaveHostKernel();
    consoleOut(<u32>argument(0) & 0xff);
    store<u64>(X + 80, 0);
  } else if (extension == 2) {
    leaveHostKernel();
    store<i64>(X + 80, <i64>consoleIn());
  } else if (extension == 8) {
    reset(0, 0);
  } else {
    answer(NOT_SUPPORTED, 0);
  }
}

function base(call: u64): void {
  if (call == 0) answer(SUCCESS, 0x0200_0000);
  else if (call == 1) answer(SUCCESS, IMPLEMENTATION);
  else if (call == 2) answer(SUCCESS, 1);
  else if (call == 3) answer(SUCCESS, supported(argument(0)) ? 1 : 0);
  else if (call <= 6) answer(SUCCESS, 0);
  else answer(NOT_SUPPORTED, 0);
}

function supported(extension: u64): bool {
  return (
    extension == EXT_BASE || extension == EXT_TIME || extension == EXT_IPI || extension == EXT_RFENCE || extension == EXT_HSM ||
    extension == EXT_SRST || extension == EXT_DBCN || extension == EXT_PMU || extension == 1 || extension == 2 || extension == 8
  );
}

/** A software interrupt for each hart named. */
function ipi(): void {
  const error = readHartMask();
  if (error == SUCCESS) {
    for (let left = targets; left; left &= left - 1) {
      const at = hartAt(ctz(left));
      store<u64>(at + MIP, load<u64>(at + MIP) | MIP_SSIP);
    }
    if ((targets >> load<u32>(HART)) & 1) pause();
  }
  answer(error, 0);
}

/**
 * Remote fences: FENCE.I (0; stores are seen by every hart's fetch at once), SFENCE.VMA of all address spaces (1) or of one (2). A range of
 * one page is fenced as a page, any longer one as everything, as OpenSBI does by default.
 */
function fence(call: u64): void {
  const error = readHartMask();
  const page = argument(3) - 1 < 4096 && ((argument(2) ^ (argument(2) + argument(3) - 1)) & ~0xfff) == 0;
  if (error == SUCCESS && call) {
    for (let left = targets; left; left &= left - 1) fenceHart(ctz(left), argument(2), <u32>argument(4), page, call == 2);
  }
  answer(error, 0);
}

/** DBCN: buffers are guest-physical; bytes that are no RAM are an invalid parameter. */
function console(call: u64): void {
  if (call == 2) {
    consoleOut(<u32>argument(0) & 0xff);
    answer(SUCCESS, 0);
    return;
  }
  if (call > 2) {
    answer(NOT_SUPPORTED, 0);
    return;
  }
  // The upper half of an address of 128 bits.
  if (argument(2)) {
    answer(INVALID_PARAM, 0);
    return;
  }
  let length = argument(0);
  const at = argument(1);
  if (length > 4096) length = 4096;
  for (let i: u64 = 0; i < length; i++) {
    const page = guestPage(at + i);
    if (!page) {
      answer(INVALID_PARAM, 0);
      return;
    }
    const byte = page + (<u32>(at + i) & 0xfff);
    if (call == 0) {
      consoleOut(load<u8>(byte));
      continue;
    }
    const c = consoleIn();
    if (c < 0) {
      length = i;
      break;
    }
    store<u8>(byte, <u8>c);
  }
  answer(SUCCESS, length);
}

function reset(type: u64, reason: u64): void {
  if (type > 2) {
    answer(INVALID_PARAM, 0);
    return;
  }
  store<u32>(EVENT, type == 0 ? EVENT_EXIT : EVENT_RESET);
  store<u64>(EVENT_CODE, reason);
  pause();
}
