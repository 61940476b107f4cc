/** The remote protocol itself: framing, answers, and bytes that no GDB would send. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { CSRS } from '../../src/isa/csr.ts';
import { PACKET_BYTES } from '../../src/machine/gdb/packets.ts';
import { GdbServer } from '../../src/machine/gdb/server.ts';
import { createMachineHost } from '../../src/machine/host.ts';
import { Assembler, R } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';
import { coreModule } from '../support/machine.ts';

const BASE = 0x8000_0000;

/** Counts for ever. */
function image(): Uint8Array {
  const a = new Assembler(BASE);
  a.label('again');
  a.op('addi', { rd: R.t0, rs1: R.t0, imm: 1 });
  a.op('addi', { rd: R.t1, rs1: R.t0, imm: 0 });
  a.j('again');
  return writeElf({ entry: BASE, segments: [{ address: BASE, bytes: a.finish() }], symbols: {} });
}

const packet = (text: string): Uint8Array => {
  const body = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const sum = body.reduce((s, b) => (s + b) & 0xff, 0);
  return Uint8Array.from(`$${text}#${sum.toString(16).padStart(2, '0')}`, (c) => c.charCodeAt(0));
};

/** A server on a running machine, and a client of a few lines. */
async function connected(harts = 1) {
  const host = createMachineHost(coreModule());
  await host.load(image(), { ...MACHINE_DEFAULT, harts });
  let received = '';
  let hungUp = false;
  const server = new GdbServer(
    host.debug(),
    (bytes) => {
      received += String.fromCharCode(...bytes);
    },
    () => {
      hungUp = true;
    },
  );
  const running = host.run({ budget: 1e12, slice: 10_000 });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  return {
    server,
    host,
    hungUp: () => hungUp,
    raw: () => received,
    /** Sends a packet; its answer without the frame. */
    ask: async (text: string): Promise<string> => {
      received = '';
      server.receive(packet(text));
      for (let i = 0; i < 200 && !/#[0-9a-f]{2}$/.test(received); i++) await settle();
      return /\$(.*)#[0-9a-f]{2}$/s.exec(received)?.[1] ?? received;
    },
    end: async (): Promise<void> => {
      server.close();
      host.cancel();
      await running;
    },
  };
}

describe('a GDB server', () => {
  it('describes registers and memory, in pieces', async () => {
    const { ask, end } = await connected();
    expect(await ask('qSupported:xmlRegisters=i386')).toContain(`PacketSize=${PACKET_BYTES.toString(16)}`);
    let xml = '';
    for (;;) {
      const piece = await ask(`qXfer:features:read:target.xml:${xml.length.toString(16)},200`);
      xml += piece.slice(1);
      if (piece[0] === 'l') break;
      expect(piece[0]).toBe('m');
    }
    for (const { name, number } of CSRS) {
      expect(xml).toContain(`<reg name="${name}" bitsize="64" regnum="${65 + number}"`);
    }
    expect(xml.match(/<reg /g)).toHaveLength(32 + 1 + 32 + CSRS.length + 1);
    expect(await ask('qXfer:memory-map:read::0,1000')).toMatch(/^l.*<memory type="ram"/);
    expect(await ask('g')).toHaveLength(33 * 16);
    await end();
  });

  it('reads and writes registers and memory, and refuses what is not there', async () => {
    const { ask, end } = await connected();
    expect(await ask('P5=efcdab8967452301')).toBe('OK');
    expect(await ask('p5')).toBe('efcdab8967452301');
    expect(await ask('P0=0100000000000000')).toBe('OK');
    expect(await ask('p0')).toBe('0'.repeat(16));
    // mscratch
    expect(await ask(`P${(65 + 0x340).toString(16)}=2a00000000000000`)).toBe('OK');
    expect(await ask(`p${(65 + 0x340).toString(16)}`)).toBe('2a00000000000000');
    expect(await ask('M80001000,3:010203')).toBe('OK');
    expect(await ask('X80001003,3:\x7d\x03\x7d\x04a')).toBe('OK');
    expect(await ask('m80001000,6')).toBe('010203232461');
    expect(await ask('m1000,4')).toBe('E0e');
    expect(await ask('M1000,1:00')).toBe('E0e');
    expect(await ask('M80001000,2:00')).toBe('E16');
    // To the end of what is there: 64 MiB.
    expect(await ask('m83fffffe,8')).toBe('0000');
    expect(await ask('p9999')).toBe('E16');
    expect(await ask('Z0,80000001,4')).toBe('E16');
    expect(await ask('Z2,80000000,0')).toBe('E16');
    expect(await ask('vMustReplyEmpty')).toBe('');
    await end();
  });

  it('breaks, steps, watches, interrupts', async () => {
    const { ask, server, raw, end } = await connected();
    expect(await ask('?')).toBe('T02thread:1;');
    expect(await ask('Z0,80000004,4')).toBe('OK');
    expect(await ask('vCont;c')).toBe('T05thread:1;swbreak:;');
    expect(await ask('p20')).toBe('0400008000000000');
    expect(await ask('vCont;s:1')).toBe('T05thread:1;');
    expect(await ask('p20')).toBe('0800008000000000');
    // Off the breakpoint, once round, and onto it again.
    expect(await ask('c')).toBe('T05thread:1;swbreak:;');
    expect(await ask('z0,80000004,4')).toBe('OK');
    server.receive(packet('vCont;c'));
    server.receive(Uint8Array.of(3));
    for (let i = 0; i < 500 && !raw().includes('T02'); i++) await new Promise((resolve) => setImmediate(resolve));
    expect(raw()).toContain('T02thread:1;');
    await end();
  });

  it('has harts for threads, and steps the one that is asked for', async () => {
    const { ask, end } = await connected(3);
    expect(await ask('qfThreadInfo')).toBe('m1,2,3');
    expect(await ask('qsThreadInfo')).toBe('l');
    expect(await ask('T3')).toBe('OK');
    expect(await ask('T4')).toBe('E16');
    expect(await ask('Hg3')).toBe('OK');
    const pc = await ask('p20');
    expect(await ask('vCont;s:3;c')).toBe('T05thread:3;');
    expect(await ask('p20')).not.toBe(pc);
    // mhartid of each, whoever has its turn.
    for (const thread of [1, 2, 3]) {
      expect(await ask(`Hg${thread}`)).toBe('OK');
      expect(await ask(`p${(65 + 0xf14).toString(16)}`)).toBe(`0${thread - 1}00000000000000`);
    }
    await end();
  });

  it('acknowledges until it is told not to, asks again for what came damaged, and repeats what got lost', async () => {
    const { ask, server, raw, end } = await connected();
    await ask('qC');
    expect(raw()).toMatch(/^\+\$QC1#c5$/);
    server.receive(Uint8Array.from('-', (c) => c.charCodeAt(0)));
    expect(raw()).toMatch(/(\$QC1#c5){2}$/);
    server.receive(Uint8Array.from('$qC#00', (c) => c.charCodeAt(0)));
    expect(raw()).toMatch(/-$/);
    expect(await ask('QStartNoAckMode')).toBe('OK');
    await ask('qC');
    expect(raw()).toBe('$QC1#c5');
    await end();
  });

  it('lets the guest go on when the connection goes, and ends it when it is killed', async () => {
    const first = await connected();
    await first.ask('Z0,80000004,4');
    const before = first.host.debug().core.get('INSTRET');
    first.server.close();
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(first.host.debug().core.get('INSTRET')).toBeGreaterThan(before);
    await first.end();
    const second = await connected();
    second.server.receive(packet('k'));
    expect(second.hungUp()).toBe(true);
    await second.end();
  });

  it('survives any bytes', async () => {
    const { server, host, end } = await connected();
    const heads = [
      'g',
      'G',
      'p',
      'P',
      'm',
      'M',
      'X',
      'Z0',
      'Z2',
      'z1',
      'Hg',
      'T',
      'q',
      'qXfer:',
      'qRcmd,',
      'vCont;',
      'v',
      '?',
      '!',
    ];
    const words = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789abcdef,:;=-+$#}*Z'), maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
    );
    const framed = fc.tuple(fc.constantFrom(...heads), words).map(([head, word]) => packet(head + word));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(framed, fc.uint8Array({ maxLength: 60 })), { maxLength: 8 }),
        async (pieces) => {
          for (const bytes of pieces) server.receive(bytes);
          await new Promise((resolve) => setImmediate(resolve));
          host.debug().halt();
        },
      ),
      { numRuns: 1500, seed: 4 },
    );
    // Far more than a packet may hold.
    server.receive(packet('m'.repeat(5 * PACKET_BYTES)));
    await end();
  });
});
