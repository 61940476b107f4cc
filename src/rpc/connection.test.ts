import { type Endpoint, expose } from 'comlink';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection, DeadlineError, WorkerError } from './connection.ts';

const api = {
  double: (value: number) => 2 * value,
  never: () => new Promise<number>(() => {}),
  fail: () => {
    throw Object.assign(new Error('bad image'), { name: 'InputError' });
  },
};

const opened: Connection<typeof api>[] = [];

function connect() {
  const { port1, port2 } = new MessageChannel();
  expose(api, port1 as unknown as Endpoint);
  let fail: (reason: Error) => void = () => {};
  let ended = 0;
  const connection = new Connection<typeof api>({
    endpoint: port2 as unknown as Endpoint,
    terminate: async () => {
      ended++;
      port1.close();
      port2.close();
    },
    onFailure: (listener) => {
      fail = listener;
    },
  });
  opened.push(connection);
  return { connection, fail: (reason: Error) => fail(reason), ended: () => ended };
}

afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));

describe('a connection', () => {
  it('calls', async () => {
    const { connection } = connect();
    await expect(connection.call('double', 1000, (remote) => remote.double(21))).resolves.toBe(42);
  });

  it('keeps the name and message of an error', async () => {
    const { connection } = connect();
    await expect(connection.call('fail', 1000, (remote) => remote.fail())).rejects.toMatchObject({
      name: 'InputError',
      message: 'bad image',
    });
  });

  it('gives up at the deadline', async () => {
    const { connection } = connect();
    const call = connection.call('waiting', 30, (remote) => remote.never());
    await expect(call).rejects.toThrow(DeadlineError);
    await expect(call).rejects.toThrow('waiting took longer than 0.03 s');
    await expect(connection.call('double', 1000, (remote) => remote.double(1))).resolves.toBe(2);
  });

  it('fails every call when the worker dies, at once and from then on', async () => {
    const { connection, fail } = connect();
    const calls = [1, 2].map(() => connection.call('waiting', 60_000, (remote) => remote.never()));
    fail(new Error('out of memory'));
    for (const call of calls) await expect(call).rejects.toThrow('waiting: the worker ended: out of memory');
    await expect(connection.call('more', 60_000, (remote) => remote.double(1))).rejects.toThrow(WorkerError);
    expect(connection.alive).toBe(false);
  });

  it('fails calls under way when it is closed', async () => {
    const { connection, ended } = connect();
    const call = connection.call('waiting', 60_000, (remote) => remote.never());
    const settled = expect(call).rejects.toThrow('closed');
    await connection.close();
    await settled;
    expect(ended()).toBe(1);
  });
});
