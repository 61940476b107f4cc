import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DaemonClient } from './client.ts';
import { FrameReader, frame, STREAM } from './frames.ts';
import { locked } from './lock.ts';
import { type Place, placeOf } from './place.ts';
import { HttpError, listens, type Route, Service } from './server.ts';

let folder: string;
let place: Place;
const services: Service[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-daemon-'));
  place = placeOf('container', { TRAPFRAME_STATE: folder });
});

afterEach(() => {
  for (const service of services.splice(0)) service.end();
  rmSync(folder, { recursive: true, force: true });
});

const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/echo/:word',
    handle: async (r) => ({ status: 200, json: [r.params.word, await r.json()] }),
  },
  {
    method: 'GET',
    path: '/refuse',
    handle: () => Promise.reject(new HttpError(409, 'it is busy')),
  },
  { method: 'GET', path: '/never', handle: () => new Promise(() => {}) },
  {
    method: 'POST',
    path: '/told',
    handle: async (r) => {
      const body = await r.json();
      const socket = r.upgrade();
      socket.write(JSON.stringify(body));
      socket.on('data', (bytes: Buffer) => socket.write(bytes));
      socket.on('end', () => socket.end());
      return null;
    },
  },
  {
    method: 'POST',
    path: '/twice',
    handle: async (r) => {
      const socket = r.upgrade();
      socket.on('data', (bytes: Buffer) => {
        socket.write(frame(STREAM.stdout, bytes));
        socket.write(frame(STREAM.stderr, bytes));
      });
      socket.on('end', () => socket.end());
      return null;
    },
  },
];

async function serve(options: { busy?: () => boolean; idleMs?: number } = {}): Promise<{ done: Promise<boolean> }> {
  const service = new Service({ place, routes: ROUTES, busy: () => true, idleMs: 60_000, log: () => {}, ...options });
  services.push(service);
  const done = service.run();
  for (let i = 0; i < 500 && !(await listens(place.socket)); i++) await new Promise((r) => setTimeout(r, 5));
  return { done };
}

describe('frames', () => {
  it('come out as they went in, however the connection cuts them', () => {
    const parts = fc.array(fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 40 })), { maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 50 }), (sent, cut) => {
        const wire = Buffer.concat(sent.map(([stream, bytes]) => frame(stream, bytes)));
        const got: [number, Uint8Array][] = [];
        const reader = new FrameReader((stream, bytes) => got.push([stream, new Uint8Array(bytes)]));
        for (let at = 0; at < wire.length; at += cut) reader.push(wire.subarray(at, at + cut));
        expect(got).toEqual(sent.map(([stream, bytes]) => [stream, new Uint8Array(bytes)]));
        expect(reader.torn).toBe(false);
      }),
    );
  });
});

describe('a background process', () => {
  it('answers requests, refuses with a reason, and names what there is not', async () => {
    await serve();
    const client = new DaemonClient(place.socket);
    expect(await client.call('POST', '/v1.43/echo/a%20b', { body: { n: 1 } })).toEqual(['a b', { n: 1 }]);
    await expect(client.call('GET', '/refuse')).rejects.toMatchObject({ name: 'InputError', message: 'it is busy' });
    await expect(client.call('GET', '/nothing')).rejects.toThrow('there is no /nothing');
    await expect(client.call('GET', '/echo/x')).rejects.toThrow('GET is not for /echo/x');
    await expect(client.upgrade('/nothing')).rejects.toThrow('there is no /nothing');
  });

  it('gives a connection away, both ways', async () => {
    await serve();
    const socket = await new DaemonClient(place.socket).upgrade('/twice');
    const got: string[] = [];
    const reader = new FrameReader((stream, bytes) => got.push(`${stream} ${bytes}`));
    socket.on('data', (bytes: Buffer) => reader.push(bytes));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.end('hello');
    await closed;
    expect(got).toEqual(['1 hello', '2 hello']);
  });

  it.each([1, 20, 90, 91, 92, 93, 1000])(
    'gives it away behind the body of the request, sent in pieces of %i bytes',
    async (size) => {
      await serve();
      const body = '{"a":1}';
      const text = `POST /told HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: ${body.length}\r\n\r\n${body}behind`;
      const socket = connect(place.socket);
      let got = '';
      socket.on('data', (bytes: Buffer) => {
        got += bytes;
      });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      for (let at = 0; at < text.length; at += size) {
        socket.write(text.slice(at, at + size));
        if (size > 10) await new Promise((r) => setTimeout(r, 5));
      }
      socket.end();
      await closed;
      expect(got.slice(got.indexOf('\r\n\r\n') + 4)).toBe('{"a":1}behind');
    },
  );

  it('does not let a request wait for ever', async () => {
    await serve();
    const client = new DaemonClient(place.socket);
    await expect(client.call('GET', '/never', { deadline: 40 })).rejects.toThrow('no answer within 0.04 s');
  });

  it('is alone on its socket, and takes over that of one that died', async () => {
    writeFileSync(place.socket, '');
    await serve();
    const second = new Service({ place, routes: [], busy: () => true, idleMs: 1000, log: () => {} });
    expect(await second.run()).toBe(false);
    expect(await new DaemonClient(place.socket).call('POST', '/echo/x')).toEqual(['x', null]);
  });

  it('ends when nothing is left to do', async () => {
    let busy = true;
    const { done } = await serve({ busy: () => busy, idleMs: 30 });
    await new Promise((r) => setTimeout(r, 100));
    expect(await listens(place.socket)).toBe(true);
    busy = false;
    expect(await done).toBe(true);
    expect(await listens(place.socket)).toBe(false);
  });
});

describe('a lock', () => {
  it('is held by one at a time, and taken from the dead', async () => {
    writeFileSync(place.lock, '999999999');
    let inside = 0;
    const work = async (): Promise<void> => {
      expect(++inside).toBe(1);
      await new Promise((r) => setTimeout(r, 10));
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => locked(place.lock, 5000, work)));
    await locked(place.lock, 5000, () =>
      expect(locked(place.lock, 50, work)).rejects.toThrow('another process has held this lock'),
    );
  });
});

describe('the state folder', () => {
  it('has to be short enough for a socket', () => {
    expect(() => placeOf('wsl', { TRAPFRAME_STATE: `/tmp/${'x'.repeat(100)}` })).toThrow('Set TRAPFRAME_STATE');
  });
});
