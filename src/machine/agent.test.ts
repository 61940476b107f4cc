import { describe, expect, it } from 'vitest';
import { AGENT_FRAMES, AGENT_MAGIC, AGENT_VERSION, AGENT_WINDOW, type AgentFrame } from '../abi/agent.ts';
import { Agent } from './agent.ts';

interface Frame {
  readonly type: AgentFrame;
  readonly id: number;
  readonly payload: Uint8Array;
}

const codeOf = (type: AgentFrame): number => AGENT_FRAMES.find((f) => f.id === type)!.code;

function frame(type: AgentFrame, id: number, payload: Uint8Array | number = new Uint8Array()): Uint8Array {
  const body = typeof payload === 'number' ? new Uint8Array(Uint32Array.of(payload).buffer) : payload;
  const bytes = new Uint8Array(8 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, AGENT_MAGIC);
  view.setUint8(1, codeOf(type));
  view.setUint16(2, id, true);
  view.setUint32(4, body.length, true);
  bytes.set(body, 8);
  return bytes;
}

/** An agent whose frames are kept. */
function rig() {
  const sent: Frame[] = [];
  const other: string[] = [];
  const agent = new Agent(
    (bytes) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const type = AGENT_FRAMES.find((f) => f.code === view.getUint8(1))!.id;
      expect(view.getUint32(4, true)).toBe(bytes.length - 8);
      sent.push({ type, id: view.getUint16(2, true), payload: bytes.slice(8) });
    },
    (bytes) => other.push(new TextDecoder().decode(bytes)),
  );
  return { agent, sent, other };
}

const text = (s: string): Uint8Array => new TextEncoder().encode(s);

describe('the host’s side of the agent', () => {
  it('starts a program with its root, directory, arguments and environment, and tells how it ended', async () => {
    const { agent, sent } = rig();
    let out = '';
    const session = agent.exec({
      argv: ['sh', '-c', 'x'],
      env: { A: 'b c' },
      directory: '/tmp',
      onStdout: (bytes) => {
        out += new TextDecoder().decode(bytes);
      },
    });
    expect(new TextDecoder().decode(sent[0]!.payload.subarray(16))).toBe('\0/tmp\0sh\0-c\0x\0A=b c\0');
    expect([...sent[0]!.payload.subarray(0, 16)]).toEqual([0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    agent.receive(frame('stdout', 1, text('hi')));
    agent.receive(frame('exit', 1, 3 << 8));
    expect(await session.exit).toEqual({ code: 3, signal: null });
    expect(out).toBe('hi');
  });

  it('says 128 + signal for a program that was killed', async () => {
    const { agent } = rig();
    const session = agent.exec({ argv: ['x'] });
    agent.receive(frame('exit', 1, 9));
    expect(await session.exit).toEqual({ code: 137, signal: 9 });
  });

  it('takes frames in pieces of any size, and passes on what is none', async () => {
    const { agent, other } = rig();
    const pieces: string[] = [];
    agent.exec({ argv: ['x'], onStdout: (bytes) => pieces.push(new TextDecoder().decode(bytes)) });
    const stream = [
      text('boot\n'),
      frame('hello', 0, AGENT_VERSION),
      frame('stdout', 1, text('one')),
      text('[1.0] kernel\n'),
      frame('stdout', 1, text('two')),
    ];
    for (const byte of stream.flatMap((part) => [...part])) agent.receive(Uint8Array.of(byte));
    await agent.ready;
    expect(pieces).toEqual(['one', 'two']);
    expect(other.join('')).toBe('boot\n[1.0] kernel\n');
  });

  it('never sends more input than the guest has room for, and the end behind all of it', () => {
    const { agent, sent } = rig();
    const session = agent.exec({ argv: ['cat'] });
    const input = new Uint8Array(AGENT_WINDOW * 2 + 5).fill(7);
    session.write(input);
    session.end();
    const bytes = (): number => sent.filter((f) => f.type === 'stdin').reduce((n, f) => n + f.payload.length, 0);
    expect(bytes()).toBe(AGENT_WINDOW);
    agent.receive(frame('taken', 1, 100));
    expect(bytes()).toBe(AGENT_WINDOW + 100);
    agent.receive(frame('taken', 1, AGENT_WINDOW));
    agent.receive(frame('taken', 1, AGENT_WINDOW));
    expect(bytes()).toBe(input.length);
    expect(sent.filter((f) => f.type === 'stdinEnd')).toHaveLength(1);
    expect(sent.at(-1)!.type).toBe('stdinEnd');
  });

  it('says why a program could not start, and that a guest has ended', async () => {
    const { agent } = rig();
    const missing = agent.exec({ argv: ['nothing'] });
    agent.receive(frame('failed', 1, 2));
    await expect(missing.exit).rejects.toThrow('nothing: no such file or directory');
    const lost = agent.exec({ argv: ['sleep'] });
    agent.close('the guest powered off');
    await expect(lost.exit).rejects.toThrow('powered off');
    await expect(agent.ready).rejects.toThrow('powered off');
  });

  it('refuses strings with a NUL, too many sessions and an agent of another version', async () => {
    const { agent } = rig();
    expect(() => agent.exec({ argv: ['a\0b'] })).toThrow('NUL');
    expect(() => agent.exec({ argv: [] })).toThrow('no program');
    for (let i = 0; i < 32; i++) agent.exec({ argv: ['x'] });
    expect(() => agent.exec({ argv: ['x'] })).toThrow('32 programs');
    agent.receive(frame('hello', 0, AGENT_VERSION + 1));
    await expect(agent.ready).rejects.toThrow('version');
  });

  it('does not lose its way in arbitrary bytes', () => {
    const { agent, other } = rig();
    let state = 1;
    const noise = Uint8Array.from({ length: 20_000 }, () => {
      state = (state * 1_103_515_245 + 12_345) >>> 0;
      return state >>> 16;
    });
    for (let i = 0; i < noise.length; i += 61) agent.receive(noise.subarray(i, i + 61));
    expect(other.join('').length).toBeGreaterThan(0);
  });
});
