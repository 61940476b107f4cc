// A trace of what the guest and its VMM do, while TRACE is set: records in a buffer that the host takes whenever it is full. It changes no
// count, and costs a load at places that are slow anyway.
import {
  AWAKE, BUDGET, HART, IDLE, INSTRET, INTERPRETING, ROUND_AT, ROUND_TIME, SLICE_END, TRACE_BYTES, TRACE_LENGTH, TRACE_RECORDS, TRACE_RECORD,
} from './generated/layout';

/** The host takes the records; there are none afterwards. */
// @ts-ignore: decorator
@external('env', 'traceFull')
declare function traceFull(): void;

let last: u64 = 0;

/** Guest time in ticks, never before that of the event before. Inside the interpreter BUDGET is that of the last system instruction or access that was not served inline. */
function now(): u64 {
  const instret = load<u32>(INTERPRETING) ? load<u64>(SLICE_END) - <u64>load<i64>(BUDGET) - 1 : load<u64>(INSTRET);
  const since = instret - load<u64>(ROUND_AT);
  const time = load<u64>(ROUND_TIME) + since / <u64>load<u32>(AWAKE) + load<u64>(IDLE);
  if (time > last) last = time;
  return last;
}

/** Records an event: u64 time, u8 kind (a TRACE), u8 code, u16 hart, u32 0, u64 value. */
export function trace(kind: u32, code: u32, value: u64): void {
  let length = load<u32>(TRACE_LENGTH);
  if (length + TRACE_RECORD > TRACE_BYTES) {
    traceFull();
    length = 0;
  }
  const at = TRACE_RECORDS + length;
  store<u64>(at, now());
  store<u32>(at, kind | (code << 8) | (load<u32>(HART) << 16), 8);
  store<u64>(at, value, 16);
  store<u32>(TRACE_LENGTH, length + TRACE_RECORD);
}
