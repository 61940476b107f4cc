/** The bus of a whole system: interrupt controller, UART, windows of the host's devices, and their way to guest memory. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/abi/errors.ts';
import { EVENT } from '../../src/abi/events.ts';
import type { Device, DeviceHost } from '../../src/devices/device.ts';
import { restoreCore, saveCore } from '../../src/engine/snapshot.ts';
import { digest } from '../../src/engine/state.ts';
import { CSR } from '../conformance/environment.ts';
import { ENTRY, shutdown } from '../mmu/rig.ts';
import { Assembler, R } from '../support/asm.ts';
import { type Access, busRig, emit, finish, perform, RESULTS, resultAt } from './accesses.ts';

const PLIC = 0xc00_0000;
const priority = (source: number): number => PLIC + 4 * source;
const PENDING = PLIC + 0x1000;
/** Context 1 is S-mode of hart 0. */
const ENABLE = PLIC + 0x2080;
const THRESHOLD = PLIC + 0x20_1000;
const CLAIM = PLIC + 0x20_1004;
const UART = 0x1000_0000;
const SOURCE = 10;
const WINDOW = 0x1000_1000;

interface Logged {
  readonly offset: number;
  readonly size: number;
  readonly value?: bigint;
}

/** A device that answers with what it was told last, logs, and does what the test wants at a store. */
function recorder(log: Logged[], onStore: (offset: number, value: bigint) => void = () => {}, line = 3): Device {
  let last = 0n;
  return {
    name: 'recorder',
    base: WINDOW,
    size: 0x1000,
    line,
    read: (offset, size) => {
      log.push({ offset, size });
      return last;
    },
    write: (offset, size, value) => {
      last = BigInt(value);
      log.push({ offset, size, value: last });
      onStore(offset, last);
    },
    reset: () => {},
    node: () => ({ name: 'recorder' }),
    save: () => new Uint8Array(),
    restore: () => {},
    counters: () => ({}),
  };
}

const store = (address: number, value: number | bigint, bytes: 1 | 4 | 8 = 4): Access => ({
  store: address,
  value,
  bytes,
});
const load = (address: number, bytes: 1 | 4 | 8 = 4): Access => ({ load: address, bytes });
/** A device whose stores set lines: bit 31 is the level, the bits below the line. */
const lines = (host: DeviceHost): Device[] => [
  recorder([], (_, value) => host.interrupt(Number(value & 0xffn), (value & 0x8000_0000n) !== 0n)),
];
const raise = (line: number): Access => store(WINDOW, 0x8000_0000 + line);
const lower = (line: number): Access => store(WINDOW, line);

describe('the interrupt controller', () => {
  it('keeps priorities of three bits, enables of 63 sources and thresholds', async () => {
    const accesses = [
      store(priority(0), 7), store(priority(3), 0xff), store(priority(63), 5), store(priority(64), 5),
      store(ENABLE, 0xffff_ffffn), store(ENABLE + 4, 0xffff_fff0n), store(ENABLE + 8, 1), store(THRESHOLD, 12),
      load(priority(0)), load(priority(3)), load(priority(63)), load(priority(64)),
      load(ENABLE), load(ENABLE + 4), load(ENABLE + 8), load(THRESHOLD),
    ]; // biome-ignore format: writes, then reads
    expect(await perform(accesses)).toEqual([0n, 7n, 5n, 0n, 0xffff_fffen, 0xffff_fff0n, 0n, 4n]);
  });

  it('gives the highest priority first, the lowest number among equals, and 0 when nothing waits', async () => {
    const accesses = [
      ...[3, 40, 5, 6].flatMap((line, i) => [store(priority(line), [2, 7, 2, 0][i]!), raise(line)]),
      store(ENABLE, 0xffff_fffen), store(ENABLE + 4, 0xffff_ffffn),
      load(PENDING), load(PENDING + 4), load(CLAIM), load(CLAIM), load(CLAIM), load(CLAIM), load(PENDING),
    ]; // biome-ignore format: a story
    // Source 6 has priority 0: it pends, but is never given.
    expect(await perform(accesses, lines)).toEqual([0x68n, 0x100n, 40n, 3n, 5n, 0n, 0x40n]);
  });

  it('forwards a source again only when it was completed, and only while its line is high', async () => {
    const accesses = [
      store(priority(3), 1), store(ENABLE, 8), raise(3), load(CLAIM),
      lower(3), raise(3), load(CLAIM), // not completed yet
      store(CLAIM, 3), load(CLAIM), // still high: again
      lower(3), store(CLAIM, 3), load(CLAIM), // low: no more
      raise(3), lower(3), load(CLAIM), // what was forwarded stays
      store(CLAIM, 3), store(CLAIM, 63), store(CLAIM, 200), load(CLAIM),
    ]; // biome-ignore format: a story
    expect(await perform(accesses, lines)).toEqual([3n, 0n, 3n, 0n, 3n, 0n]);
  });

  it('ignores the completion of a source that is not enabled', async () => {
    const accesses = [
      store(priority(3), 1), store(ENABLE, 8), raise(3), load(CLAIM), store(ENABLE, 0), store(CLAIM, 3),
      store(ENABLE, 8), load(CLAIM), store(CLAIM, 3), load(CLAIM),
    ]; // biome-ignore format: a story
    expect(await perform(accesses, lines)).toEqual([3n, 0n, 3n]);
  });

  it.each([
    ['above the threshold', 3, 2, 1],
    ['at the threshold', 2, 2, 0],
    ['below the threshold', 1, 2, 0],
  ] as const)('interrupts the hart for a priority %s: %i of %i', async (_, level, threshold, taken) => {
    const a = new Assembler(ENTRY);
    a.la(R.t0, 'handler');
    a.csrw(0x105, R.t0);
    emit(a, [store(priority(3), level), store(ENABLE, 8), store(THRESHOLD, threshold)]);
    a.li(R.s2, 0);
    a.li(R.t0, 1 << 9);
    a.csrw(0x104, R.t0);
    a.op('csrrsi', { rd: 0, csr: 0x100, imm: 2 });
    emit(a, [raise(3)]);
    a.li(R.t0, RESULTS);
    a.sd(R.s2, 0, R.t0);
    a.csrr(R.t1, 0x144);
    a.sd(R.t1, 8, R.t0);
    shutdown(a);
    a.align(4);
    a.label('handler');
    a.csrr(R.s2, 0x142);
    a.li(R.t2, CLAIM);
    a.op('lwu', { rd: R.s3, rs1: R.t2, imm: 0 });
    a.op('sret');
    const rig = await busRig(a, lines);
    finish(rig);
    expect(resultAt(rig, 0)).toBe(taken ? (1n << 63n) | 9n : 0n);
    // Claimed, it is no longer pending in sip; never given, neither is it.
    expect(resultAt(rig, 1) & (1n << 9n)).toBe(0n);
  });
});

describe('the UART', () => {
  it('says in IIR that the transmitter is empty, once for each time it became so', async () => {
    const accesses = [
      load(UART + 2, 1), store(UART + 1, 2, 1), load(UART + 2, 1), load(UART + 2, 1),
      store(UART, 0x41, 1), load(UART + 2, 1), load(UART + 2, 1), store(UART + 2, 1, 1), load(UART + 2, 1),
    ]; // biome-ignore format: a story
    expect(await perform(accesses)).toEqual([1n, 2n, 1n, 2n, 1n, 0xc1n]);
  });

  it('raises its line at the interrupt controller and lowers it when acknowledged', async () => {
    const accesses = [
      store(priority(SOURCE), 1), store(ENABLE, 1 << SOURCE), load(PENDING), store(UART + 1, 2, 1), load(CLAIM),
      load(UART + 2, 1), store(CLAIM, SOURCE), load(CLAIM),
    ]; // biome-ignore format: a story
    expect(await perform(accesses)).toEqual([0n, 10n, 2n, 0n]);
  });

  it('gives back what it sends, and its own outputs, in a loop', async () => {
    const accesses = [
      store(UART + 4, 0x1f, 1), store(UART, 0x5a, 1), load(UART + 5, 1), load(UART, 1), load(UART + 5, 1), load(UART + 6, 1),
      store(UART + 4, 0x12, 1), load(UART + 6, 1), store(UART + 4, 0, 1), load(UART + 6, 1),
    ]; // biome-ignore format: a story
    expect(await perform(accesses)).toEqual([0x61n, 0x5an, 0x60n, 0xf0n, 0x10n, 0xb0n]);
  });
});

describe('devices of the host', () => {
  it('are reached at every width, with the offset in their window', async () => {
    const log: Logged[] = [];
    const values = await perform(
      [store(WINDOW, 0x1ff, 1), load(WINDOW + 4), store(WINDOW + 8, 0x1_2345_6789_abcdn, 8), load(WINDOW + 0xff8, 8)],
      () => [recorder(log)],
    );
    expect(values).toEqual([0xffn, 0x1_2345_6789_abcdn]);
    expect(log).toEqual([
      { offset: 0, size: 1, value: 0xffn },
      { offset: 4, size: 4 },
      { offset: 8, size: 8, value: 0x1_2345_6789_abcdn },
      { offset: 0xff8, size: 8 },
    ]);
  });

  it('end where their window ends: beyond it an access faults', async () => {
    const a = new Assembler(ENTRY);
    a.la(R.t0, 'handler');
    a.csrw(0x105, R.t0);
    emit(a, [load(WINDOW + 0x1000)]);
    a.align(4);
    a.label('handler');
    a.li(R.t0, RESULTS);
    a.csrr(R.t1, 0x142);
    a.sd(R.t1, 0, R.t0);
    shutdown(a);
    const log: Logged[] = [];
    const rig = await busRig(a, () => [recorder(log)]);
    finish(rig);
    expect(resultAt(rig, 0)).toBe(5n);
    expect(log).toEqual([]);
  });

  it('act at their deadline, to the tick', async () => {
    const seen: bigint[] = [];
    const device = (host: DeviceHost): Device => {
      let due: bigint | null = 1000n;
      return {
        ...recorder([]),
        deadline: () => due,
        advance: () => {
          seen.push(host.now());
          due = due === 1000n ? 5000n : null;
        },
      };
    };
    const a = new Assembler(ENTRY);
    a.li(R.t0, 6000);
    a.label('loop');
    a.addi(R.t0, R.t0, -1);
    a.bne(R.t0, 0, 'loop');
    shutdown(a);
    finish(await busRig(a, (host) => [device(host)]));
    // Interrupts and devices are looked at where a block ends.
    expect(seen).toHaveLength(2);
    expect(Number(seen[0]) - 1000).toBeLessThanOrEqual(2);
    expect(Number(seen[1]) - 5000).toBeLessThanOrEqual(2);
  });

  it('can not take a line that does not exist', async () => {
    await expect(busRig(new Assembler(ENTRY), () => [recorder([], () => {}, 64)])).rejects.toThrow(InputError);
  });

  it.each(['bare', 'nested', 'shadow'] as const)('write code that is run next, under %s', async (strategy) => {
    const a = new Assembler(ENTRY);
    // Twice through the same instruction: the device rewrites it in between.
    a.li(R.s2, 0);
    a.li(R.s3, 2);
    a.la(R.s4, 'patched');
    a.li(R.s5, WINDOW);
    a.label('loop');
    a.label('patched');
    a.addi(R.s2, R.s2, 1);
    a.sd(R.s4, 0, R.s5);
    a.addi(R.s3, R.s3, -1);
    a.bne(R.s3, 0, 'loop');
    a.li(R.t0, RESULTS);
    a.sd(R.s2, 0, R.t0);
    shutdown(a);
    const add16 = Uint8Array.of(0x13, 0x09, 0x09, 0x01); // addi s2, s2, 16
    const rig = await busRig(
      a,
      (host) => [recorder([], (_, at) => expect(host.memory.write(Number(at), add16)).toBe(true))],
      strategy,
    );
    finish(rig);
    expect(resultAt(rig, 0)).toBe(17n);
  });

  it('reach guest memory, all of it and nothing else', async () => {
    const a = new Assembler(ENTRY);
    shutdown(a);
    for (const strategy of ['bare', 'nested'] as const) {
      const { host } = await busRig(a, () => [], strategy);
      const { memory } = host;
      const start = 0x8000_0000;
      const end = start + 8 * 2 ** 20;
      const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i * 7);
      const back = new Uint8Array(10_000);
      for (const at of [start, start + 4090, end - 10_000]) {
        expect(memory.write(at, bytes)).toBe(true);
        expect(memory.read(at, back)).toBe(true);
        expect(back).toEqual(bytes);
      }
      for (const at of [start - 1, end - 9_999, end, 0, -1, 2 ** 53, Number.NaN, 1.5]) {
        expect(memory.write(at, bytes)).toBe(false);
        expect(memory.read(at, back)).toBe(false);
      }
      expect(memory.view(start - 1, 1, false)).toBeNull();
      expect(memory.view(end, 1, false)).toBeNull();
      const view = memory.view(end - 100, 4096, true)!;
      expect(view.length).toBe(100);
      view.fill(9);
      expect(memory.read(end - 100, back.subarray(0, 100))).toBe(true);
      expect(back[99]).toBe(9);
      memory.release?.(end - 50, 50);
      memory.read(end - 51, back.subarray(0, 51));
      expect([...back.subarray(0, 3)]).toEqual([9, 0, 0]);
    }
  });
});

describe('what the core has itself: interrupt controller, timers, UART, finisher', () => {
  const WINDOWS = [
    { base: PLIC, size: 0x60_0000 },
    { base: 0x200_0000, size: 0x1_0000 },
    { base: UART, size: 0x100 },
    // Its first word ends the guest.
    { base: 0x10_0004, size: 0xffc },
  ];

  it('takes a command of its first word alone, and as wide as it was stored', async () => {
    const ended = async (access: Access) => {
      const a = new Assembler(ENTRY);
      emit(a, [access]);
      shutdown(a);
      return (await busRig(a)).core.run(20_000n);
    };
    expect(await ended(store(0x10_0000, 0x7777))).toBe(EVENT.reset);
    expect(await ended(store(0x10_0000, 0x7777, 1))).toBe(EVENT.exit);
    expect(await ended(store(0x10_0004, 0x7777))).toBe(EVENT.exit);
  });

  it('stands any access, ends or goes on, and is the same when it goes on elsewhere', async () => {
    const address = fc.oneof(
      fc.constantFrom(...WINDOWS).chain(({ base, size }) => fc.nat(size / 4 - 1).map((i) => base + 4 * i)),
      fc.constantFrom(priority(SOURCE), PENDING, ENABLE, THRESHOLD, CLAIM, UART, UART + 1, UART + 2, UART + 4),
    );
    const access = fc.record({
      at: address,
      bytes: fc.constantFrom(1 as const, 4 as const, 8 as const),
      value: fc.option(fc.bigInt(0n, 2n ** 64n - 1n)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(access, { minLength: 1, maxLength: 40 }), async (accesses) => {
        const a = new Assembler(ENTRY);
        // What faults is gone past.
        a.la(R.t2, 'trap');
        a.csrw(CSR.stvec, R.t2);
        emit(
          a,
          accesses.map(({ at, bytes, value }) => {
            const place = bytes === 8 ? at & ~7 : at;
            return value === null ? load(place, bytes) : store(place, BigInt.asIntN(64, value), bytes);
          }),
        );
        shutdown(a);
        a.align(4);
        a.label('trap');
        a.csrr(R.t2, CSR.sepc);
        a.addi(R.t2, R.t2, 4);
        a.csrw(CSR.sepc, R.t2);
        a.op('sret', {});
        const { core } = await busRig(a);
        const event = core.run(20_000n);
        expect([EVENT.exit, EVENT.none, EVENT.console, EVENT.idle, EVENT.device]).toContain(event);
        const other = await busRig(a);
        restoreCore(other.core, saveCore(core), true);
        expect(digest(other.core)).toBe(digest(core));
        expect(other.core.ticksToDeadline()).toBe(core.ticksToDeadline());
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 25) },
    );
  });
});
