/** Writes the core's trace as Chrome's trace events (JSON), which Perfetto opens: one thread a hart, times in guest time. */
import { INTERRUPTS, TRAPS } from '../abi/counters.ts';
import { EXITS } from '../abi/exits.ts';
import { hex } from '../abi/hex.ts';
import { PLACES, SIZES } from '../abi/layout.ts';
import { TRACE_KINDS, type TraceKind } from '../abi/trace.ts';
import type { Core } from '../engine/core.ts';
import { SYSCALL_NAMES } from '../linux/syscalls/table.ts';
import { TIMEBASE_HZ } from './tree.ts';

/** Events that are written; the others are only counted. */
const MOST = 4_000_000;
const TICKS_PER_US = TIMEBASE_HZ / 1_000_000;
const ECALL_U = TRAPS.find((t) => t.id === 'ecall-u')!.code;
const TRAP_NAMES = new Map(TRAPS.map(({ id, code }) => [code as number, id as string]));
const INTERRUPT_NAMES = new Map(INTERRUPTS.map(({ id, code }) => [code as number, id as string]));

/** Name, category and argument of an event. */
function told(kind: TraceKind, code: number, value: bigint): { name: string; category: string; args: object } {
  switch (kind) {
    case 'exit':
      return { name: EXITS[code]?.id ?? String(code), category: 'exit', args: {} };
    case 'interrupt':
      return { name: INTERRUPT_NAMES.get(code) ?? String(code), category: 'interrupt', args: {} };
    case 'switch':
      return { name: 'switch', category: 'switch', args: { satp: hex(value) } };
    case 'trap': {
      if (code === ECALL_U) {
        const number = Number(value);
        return { name: SYSCALL_NAMES.get(number) ?? `syscall ${number}`, category: 'syscall', args: { number } };
      }
      return { name: TRAP_NAMES.get(code) ?? String(code), category: 'trap', args: { address: hex(value) } };
    }
  }
}

/** What can be traced. */
export type Traced = Core;

export class Tracer {
  private readonly core: Core;
  private readonly write: (text: string) => void;
  private readonly most: number;
  private events = 0;
  private dropped = 0;
  private readonly harts = new Set<number>();

  /** `write` is given text in pieces as it comes; at most `most` events are. */
  constructor(core: Core, write: (text: string) => void, most = MOST) {
    this.core = core;
    this.write = write;
    this.most = most;
    core.onTraceFull = () => this.take();
    core.set('TRACE_LENGTH', 0);
    core.set('TRACE', 1);
    write('{"displayTimeUnit":"ns","traceEvents":[\n{"ph":"M","pid":1,"name":"process_name","args":{"name":"guest"}}');
  }

  /** Takes what is in the core's buffer. */
  private take(): void {
    const { core } = this;
    const end = PLACES.TRACE_RECORDS + Number(core.get('TRACE_LENGTH'));
    core.set('TRACE_LENGTH', 0);
    const lines: string[] = [];
    for (let at = PLACES.TRACE_RECORDS; at < end; at += SIZES.TRACE_RECORD) {
      if (this.events >= this.most) {
        this.dropped++;
        continue;
      }
      this.events++;
      lines.push(this.line(at));
    }
    if (lines.length) this.write(lines.join(''));
  }

  private line(at: number): string {
    const { view } = this.core;
    const time = Number(view.getBigUint64(at, true)) / TICKS_PER_US;
    const kind = TRACE_KINDS[view.getUint8(at + 8)]!.id;
    const hart = view.getUint16(at + 10, true);
    const { name, category, args } = told(kind, view.getUint8(at + 9), view.getBigUint64(at + 16, true));
    const event = { ph: 'i', s: 't', pid: 1, tid: hart + 1, ts: time, cat: category, name, args };
    const first = this.harts.has(hart) ? '' : this.named(hart);
    return `${first},\n${JSON.stringify(event)}`;
  }

  private named(hart: number): string {
    this.harts.add(hart);
    const event = { ph: 'M', pid: 1, tid: hart + 1, name: 'thread_name', args: { name: `hart ${hart}` } };
    return `,\n${JSON.stringify(event)}`;
  }

  /** Ends the trace; returns how many events are in it and how many did not fit. */
  finish(): { events: number; dropped: number } {
    this.take();
    this.core.set('TRACE', 0);
    this.core.onTraceFull = () => this.core.set('TRACE_LENGTH', 0);
    const { events, dropped } = this;
    this.write(`\n],"otherData":{"events":${events},"dropped":${dropped},"clock":"guest time, µs"}}\n`);
    return { events, dropped };
  }
}
