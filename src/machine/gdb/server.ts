/** A GDB server over any stream of bytes (GDB's manual, appendix E): all-stop, harts are threads, addresses are the guest's virtual ones. */
import { hexBytes } from '../../abi/hex.ts';
import { currentCounters } from '../../engine/state.ts';
import type { Debugger, Stop, Watch } from './debugger.ts';
import { PACKET_BYTES, Packets } from './packets.ts';
import { GENERAL, memoryMap, PRIVILEGE, REGISTERS, registerOf, targetDescription } from './registers.ts';

/** Errors as numbers of errno.h. */
const ERROR = { fault: 'E0e', invalid: 'E16', full: 'E1c' } as const;
const SIGINT = 2;
const SIGTRAP = 5;
const WATCH_OF: Readonly<Record<string, Watch>> = { 2: 'write', 3: 'read', 4: 'access' };
const STOP_WORD: Partial<Record<Stop['why'], string>> = { write: 'watch', read: 'rwatch', access: 'awatch' };
const PRIVILEGES: Readonly<Record<string, string>> = { 0: 'user', 1: 'supervisor', 3: 'machine' };
const FEATURES = [
  `PacketSize=${PACKET_BYTES.toString(16)}`,
  'QStartNoAckMode+',
  'qXfer:features:read+',
  'qXfer:memory-map:read+',
  'vContSupported+',
  'swbreak+',
  'hwbreak+',
];

const utf8 = new TextEncoder();
const latin = (data: Uint8Array): string => String.fromCharCode(...data);
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** The bytes of hex digits, or null. */
function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 || /[^0-9a-f]/i.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** A 64-bit value in the target's byte order. */
function wordHex(value: bigint): string {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return hexBytes(bytes);
}

const wordOf = (bytes: Uint8Array): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);

/** `address,length`, both hex; null: malformed. */
function range(text: string): { address: bigint; length: number } | null {
  const match = /^([0-9a-f]{1,16}),([0-9a-f]{1,8})$/i.exec(text);
  return match && { address: BigInt(`0x${match[1]}`), length: Number.parseInt(match[2]!, 16) };
}

/** `offset,length` of a document, as qXfer asks for it. */
function part(document: string, asked: string): string {
  const wanted = range(asked);
  if (!wanted) return ERROR.invalid;
  const offset = Number(wanted.address);
  const end = offset + Math.min(wanted.length, PACKET_BYTES / 4);
  return `${end >= document.length ? 'l' : 'm'}${document.slice(offset, end)}`;
}

export class GdbServer {
  private readonly machine: Debugger;
  private readonly packets: Packets;
  private readonly hangUp: () => void;
  /** The hart that registers and memory are asked of. */
  private hart = 0;
  /** A reply is owed when the guest halts: to `?`, or to what let it go on. */
  private owed = false;
  /** GDB asked before the guest had halted for it. */
  private readonly waiting: Uint8Array[] = [];
  private open = true;

  /** `hangUp` ends the connection, from this side. The guest halts, as GDB expects. */
  constructor(machine: Debugger, send: (bytes: Uint8Array) => void, hangUp: () => void) {
    this.machine = machine;
    this.hangUp = hangUp;
    this.packets = new Packets(send, { packet: (data) => this.packet(data), interrupt: () => machine.halt() });
    machine.listen({
      stopped: () => this.stopped(),
      ended: (code) => this.ended(code),
    });
    if (!machine.stop) machine.halt();
  }

  /** Bytes from GDB. */
  receive(bytes: Uint8Array): void {
    if (this.open) this.packets.receive(bytes);
  }

  /** The connection is gone: the guest goes on without a debugger. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    this.machine.detach();
  }

  private reply(text: string): void {
    this.packets.reply(bytesOf(text));
  }

  private stopped(): void {
    this.hart = this.machine.hart;
    if (this.owed) this.reply(this.stopReply());
    this.owed = false;
    while (this.waiting.length && this.machine.stop) this.command(this.waiting.shift()!);
  }

  private ended(code: number): void {
    if (this.open && this.owed) this.reply(`W${(code & 0xff).toString(16).padStart(2, '0')}`);
    this.owed = false;
    this.open = false;
    this.hangUp();
  }

  private stopReply(): string {
    const { why, address } = this.machine.stop!;
    const signal = why === 'request' ? SIGINT : SIGTRAP;
    const word = STOP_WORD[why];
    const reason = word ? `${word}:${address.toString(16)};` : why === 'breakpoint' ? 'swbreak:;' : '';
    return `T${signal.toString(16).padStart(2, '0')}thread:${this.machine.hart + 1};${reason}`;
  }

  private packet(data: Uint8Array): void {
    if (this.machine.stop) this.command(data);
    // The guest is about to halt; GDB waits for the answer, so there are few.
    else if (this.waiting.length < 16) this.waiting.push(data);
  }

  private command(data: Uint8Array): void {
    const answer = this.answer(latin(data.subarray(0, 64)), data);
    if (answer !== null) this.reply(answer);
  }

  /** The reply, or null: it comes when the guest halts, or never. */
  private answer(head: string, data: Uint8Array): string | null {
    const text = (): string => latin(data);
    switch (head[0]) {
      case '?':
        return this.stopReply();
      case 'g':
        return REGISTERS.slice(0, GENERAL)
          .map((r) => wordHex(r.read(this.machine.core, this.hart)))
          .join('');
      case 'G':
        return this.writeGeneral(text().slice(1));
      case 'p':
        return this.readRegister(head.slice(1));
      case 'P':
        return this.writeRegister(text().slice(1));
      case 'm':
        return this.readMemory(head.slice(1));
      case 'M':
        return this.writeMemory(text().slice(1), (body) => fromHex(latin(body)));
      case 'X':
        return this.writeMemory(text().slice(1), (body) => body);
      case 'Z':
      case 'z':
        return this.point(head);
      case 'c':
      case 'C':
      case 's':
      case 'S':
        return this.goOn(head);
      case 'H':
        return this.select(head);
      case 'T':
        return this.hartOf(head.slice(1)) === null ? ERROR.invalid : 'OK';
      case 'D':
        return this.detach();
      case 'k':
        this.kill();
        return null;
      case 'v':
        return this.verbose(head);
      case 'q':
      case 'Q':
        return this.query(text());
      default:
        return '';
    }
  }

  /** The hart of a thread's number; null: there is no such thread. Harts are threads 1, 2, …; 0 is any. */
  private hartOf(text: string): number | null {
    if (text === '-1' || text === '0') return this.machine.hart;
    const thread = /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : 0;
    return thread >= 1 && thread <= this.machine.harts ? thread - 1 : null;
  }

  /** H: which hart further packets are about. What is to run is told by vCont. */
  private select(head: string): string {
    const hart = this.hartOf(head.slice(2));
    if (hart === null) return ERROR.invalid;
    if (head[1] === 'g') this.hart = hart;
    return 'OK';
  }

  private writeGeneral(text: string): string {
    const bytes = fromHex(text);
    if (bytes?.length !== GENERAL * 8) return ERROR.invalid;
    for (let i = 0; i < GENERAL; i++) REGISTERS[i]!.write(this.machine.core, this.hart, wordOf(bytes.subarray(8 * i)));
    return 'OK';
  }

  private readRegister(text: string): string {
    const register = registerOf(Number.parseInt(text, 16));
    return register ? wordHex(register.read(this.machine.core, this.hart)) : ERROR.invalid;
  }

  private writeRegister(text: string): string {
    const [number = '', value = ''] = text.split('=');
    const register = registerOf(Number.parseInt(number, 16));
    const bytes = fromHex(value);
    if (!register || bytes?.length !== 8) return ERROR.invalid;
    return register.write(this.machine.core, this.hart, wordOf(bytes)) ? 'OK' : ERROR.invalid;
  }

  private readMemory(text: string): string {
    const wanted = range(text);
    if (!wanted) return ERROR.invalid;
    const bytes = this.machine.memory(this.hart).read(wanted.address, Math.min(wanted.length, PACKET_BYTES / 2));
    return bytes.length || wanted.length === 0 ? hexBytes(bytes) : ERROR.fault;
  }

  private writeMemory(text: string, decode: (body: Uint8Array) => Uint8Array | null): string {
    const colon = text.indexOf(':');
    const wanted = range(text.slice(0, Math.max(colon, 0)));
    const bytes = decode(bytesOf(text.slice(colon + 1)));
    if (!wanted || bytes?.length !== wanted.length) return ERROR.invalid;
    return this.machine.memory(this.hart).write(wanted.address, bytes) ? 'OK' : ERROR.fault;
  }

  /** Z and z: kinds 0 and 1 are breakpoints, which are the same here, 2 to 4 watchpoints. */
  private point(head: string): string {
    const match = /^([zZ])([0-4]),([0-9a-f]{1,16},[0-9a-f]{1,8})/i.exec(head);
    const place = match && range(match[3]!);
    if (!match || !place) return /^[zZ][0-4]/.test(head) ? ERROR.invalid : '';
    const { machine } = this;
    const watch = WATCH_OF[match[2]!];
    if (match[1] === 'Z') {
      if (watch ? place.length < 1 : place.address & 1n) return ERROR.invalid;
      const set = watch
        ? machine.insertWatchpoint(watch, place.address, place.length)
        : machine.insertBreakpoint(place.address);
      return set ? 'OK' : ERROR.full;
    }
    if (watch) machine.removeWatchpoint(watch, place.address, place.length);
    else machine.removeBreakpoint(place.address);
    return 'OK';
  }

  private resume(step: number | null): null {
    this.owed = true;
    this.machine.resume(step);
    return null;
  }

  /** c, s, C and S: a signal means nothing to a machine, an address is where to go on. */
  private goOn(head: string): string | null {
    const match = /^(?:([cs])|[CS][0-9a-f]{2};?)([0-9a-f]{1,16})?$/i.exec(head);
    if (!match) return ERROR.invalid;
    if (match[2]) registerOf(GENERAL - 1)!.write(this.machine.core, this.hart, BigInt(`0x${match[2]}`));
    return this.resume(head[0]!.toLowerCase() === 's' ? this.hart : null);
  }

  private detach(): null {
    this.reply('OK');
    this.close();
    this.hangUp();
    return null;
  }

  private kill(): void {
    this.open = false;
    this.machine.end();
    this.hangUp();
  }

  private verbose(head: string): string | null {
    if (head === 'vCont?') return 'vCont;c;C;s;S';
    if (head.startsWith('vCont;')) {
      // All harts run or none. One may be told to step: the others have their turns until it has.
      const actions = head.slice(6).split(';');
      if (!actions.every((a) => /^([cs]|[CS][0-9a-f]{2})(:-?[0-9a-f]{1,8})?$/i.test(a))) return ERROR.invalid;
      const step = actions.find((a) => /^s/i.test(a));
      if (!step) return this.resume(null);
      const hart = this.hartOf(step.split(':')[1] ?? '0');
      return hart === null ? ERROR.invalid : this.resume(hart);
    }
    if (head.startsWith('vKill')) {
      this.reply('OK');
      this.kill();
      return null;
    }
    return '';
  }

  private query(text: string): string {
    if (text.startsWith('qSupported')) return FEATURES.join(';');
    if (text === 'QStartNoAckMode') {
      this.packets.stopAcks();
      return 'OK';
    }
    if (text === 'qAttached' || text.startsWith('qAttached:')) return '1';
    if (text === 'qC') return `QC${this.hart + 1}`;
    if (text === 'qfThreadInfo')
      return `m${Array.from({ length: this.machine.harts }, (_, i) => (i + 1).toString(16)).join(',')}`;
    if (text === 'qsThreadInfo') return 'l';
    if (text.startsWith('qThreadExtraInfo,')) {
      const hart = this.hartOf(text.slice('qThreadExtraInfo,'.length));
      if (hart === null) return ERROR.invalid;
      const mode = PRIVILEGES[String(PRIVILEGE.read(this.machine.core, hart))];
      return hexBytes(utf8.encode(`hart ${hart}, ${mode} mode${hart === this.machine.hart ? ', has its turn' : ''}`));
    }
    if (text.startsWith('qSymbol')) return 'OK';
    const features = 'qXfer:features:read:target.xml:';
    if (text.startsWith(features)) return part(targetDescription(), text.slice(features.length));
    const map = 'qXfer:memory-map:read::';
    if (text.startsWith(map)) return part(memoryMap(), text.slice(map.length));
    if (text.startsWith('qRcmd,')) return this.monitor(fromHex(text.slice(6)));
    return '';
  }

  /** GDB's `monitor`. */
  private monitor(words: Uint8Array | null): string {
    const command = words && latin(words).trim();
    const lines =
      command === 'counters'
        ? Object.entries(currentCounters(this.machine.core))
            .filter(([, value]) => value !== 0)
            .map(([id, value]) => `${id} ${value}\n`)
            .join('')
        : 'monitor counters: the counters of the machine up to now\n';
    return hexBytes(utf8.encode(lines));
  }
}
