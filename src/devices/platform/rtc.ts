/** Goldfish real-time clock (Android's goldfish RTC, as on QEMU's `virt`): nanoseconds since 1970, and one alarm. */
import { type AccessSize, type Device, type DeviceHost, deviceNode } from '../device.ts';
import { countersOf, StateReader, StateWriter } from '../state.ts';

/** Registers, 32 bits each. Reading TIME_LOW latches TIME_HIGH; writing a LOW register applies both halves. */
const REGISTER = {
  TIME_LOW: 0x00,
  TIME_HIGH: 0x04,
  ALARM_LOW: 0x08,
  ALARM_HIGH: 0x0c,
  IRQ_ENABLED: 0x10,
  CLEAR_ALARM: 0x14,
  ALARM_STATUS: 0x18,
  CLEAR_INTERRUPT: 0x1c,
} as const;

const COUNTERS = { reads: 'readings of the time', alarms: 'alarms that went off' } as const;

/** A tick of guest time in nanoseconds: the timebase is 10 MHz. */
const TICK_NS = 100n;
const VERSION = 1;
const LOW = 0xffff_ffffn;

export interface RtcOptions {
  readonly base: number;
  readonly line: number;
  /** The time at power-on, in nanoseconds since 1970; it goes on with guest time. */
  readonly start: bigint;
}

export class GoldfishRtc implements Device {
  readonly name = 'rtc';
  readonly base: number;
  readonly size = 0x1000;
  readonly line: number;
  readonly #host: DeviceHost;
  readonly #counts = countersOf(COUNTERS);
  readonly #start: bigint;
  /** What to add to guest time, modulo 2^64, to have the clock's; the guest may set it. */
  #offset: bigint;
  #latchedHigh = 0n;
  #timeHigh = 0n;
  #alarmHigh = 0n;
  /** When the alarm goes off, in the clock's nanoseconds; null when none is set. */
  #alarm: bigint | null = null;
  #enabled = false;
  #pending = false;

  constructor(host: DeviceHost, options: RtcOptions) {
    this.#host = host;
    this.base = options.base;
    this.line = options.line;
    this.#start = options.start;
    this.#offset = options.start;
  }

  #time(): bigint {
    return BigInt.asUintN(64, this.#host.now() * TICK_NS + this.#offset);
  }

  #update(): void {
    this.#host.interrupt(this.line, this.#pending && this.#enabled);
  }

  read(offset: number, _size: AccessSize): number {
    switch (offset) {
      case REGISTER.TIME_LOW: {
        this.#counts.reads++;
        const time = this.#time();
        this.#latchedHigh = time >> 32n;
        return Number(time & LOW);
      }
      case REGISTER.TIME_HIGH:
        return Number(this.#latchedHigh);
      case REGISTER.ALARM_LOW:
        return Number((this.#alarm ?? 0n) & LOW);
      case REGISTER.ALARM_HIGH:
        return Number((this.#alarm ?? 0n) >> 32n);
      case REGISTER.IRQ_ENABLED:
        return this.#enabled ? 1 : 0;
      case REGISTER.ALARM_STATUS:
        return this.#alarm === null ? 0 : 1;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: bigint | number): void {
    const word = BigInt(value) & LOW;
    switch (offset) {
      case REGISTER.TIME_HIGH:
        this.#timeHigh = word;
        break;
      case REGISTER.TIME_LOW:
        this.#offset = BigInt.asUintN(64, ((this.#timeHigh << 32n) | word) - this.#host.now() * TICK_NS);
        this.advance();
        break;
      case REGISTER.ALARM_HIGH:
        this.#alarmHigh = word;
        break;
      case REGISTER.ALARM_LOW:
        this.#alarm = (this.#alarmHigh << 32n) | word;
        this.advance();
        break;
      case REGISTER.IRQ_ENABLED:
        this.#enabled = (word & 1n) === 1n;
        this.#update();
        break;
      case REGISTER.CLEAR_ALARM:
        this.#alarm = null;
        break;
      case REGISTER.CLEAR_INTERRUPT:
        this.#pending = false;
        this.#update();
        break;
    }
  }

  deadline(): bigint | null {
    if (this.#alarm === null) return null;
    // By the clock as it is read, which wraps: a deadline that has passed must be an alarm that goes off.
    const left = this.#alarm - this.#time();
    return this.#host.now() + (left > 0n ? (left + TICK_NS - 1n) / TICK_NS : 0n);
  }

  advance(): void {
    if (this.#alarm === null || this.#time() < this.#alarm) return;
    this.#alarm = null;
    this.#pending = true;
    this.#counts.alarms++;
    this.#update();
  }

  reset(): void {
    this.#offset = this.#start;
    this.#latchedHigh = this.#timeHigh = this.#alarmHigh = 0n;
    this.#alarm = null;
    this.#enabled = this.#pending = false;
    this.#update();
  }

  node() {
    return deviceNode(this, { compatible: 'google,goldfish-rtc' });
  }

  save(): Uint8Array {
    return new StateWriter(this.name, VERSION)
      .u64(this.#offset)
      .u64(this.#latchedHigh)
      .u64(this.#timeHigh)
      .u64(this.#alarmHigh)
      .flag(this.#alarm !== null)
      .u64(this.#alarm ?? 0n)
      .flag(this.#enabled)
      .flag(this.#pending)
      .counts(this.#counts)
      .done();
  }

  restore(state: Uint8Array): void {
    const from = new StateReader(state, this.name, VERSION);
    this.#offset = from.u64();
    this.#latchedHigh = from.u64();
    this.#timeHigh = from.u64();
    this.#alarmHigh = from.u64();
    const set = from.flag();
    const alarm = from.u64();
    this.#alarm = set ? alarm : null;
    this.#enabled = from.flag();
    this.#pending = from.flag();
    from.counts(this.#counts);
    from.done();
    this.#update();
  }

  counters() {
    return { ...this.#counts };
  }
}
