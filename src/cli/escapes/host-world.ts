/** What nothing but the host's own kernel would keep a process of the host from, done by this one: the control of what is refused everywhere else. */
import { chmodSync, closeSync, constants, openSync, readSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { HostOutside } from './outside.ts';
import { ATTEMPT_MS, type Attempted, changes, type World, within } from './world.ts';

/** What was read, as the attempts' program says it. */
const said = (call: string, bytes: Uint8Array): string => {
  const secret = /trapframe:([0-9a-f]{16})/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
  return `tried ${call} 0 of the host\n${secret ? `found ${secret}\n` : ''}`;
};

const ATTEMPTS: Readonly<Record<string, (share: string) => Promise<string> | string>> = {
  'host-pipe'(share) {
    const handle = openSync(join(share, 'pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = new Uint8Array(64);
    const n = readSync(handle, bytes);
    closeSync(handle);
    return said('open', bytes.subarray(0, n));
  },
  'host-socket': (share) =>
    new Promise((done, reject) => {
      connect(join(share, 'socket'))
        .on('data', (bytes) => done(said('connect', bytes)))
        .on('error', reject);
    }),
  'set-id'(share) {
    const name = join(share, 'set-id');
    writeFileSync(name, '');
    chmodSync(name, 0o4755);
    return said('chmod', new Uint8Array());
  },
};

/** On a host that has no such files nothing is tried. */
export function hostWorld(outside: HostOutside): World {
  return {
    secrets: [outside.secret],
    async attempt(id): Promise<Attempted> {
      const work = ATTEMPTS[id];
      if (!work || process.platform === 'win32') return { output: '', changed: [] };
      const before = outside.state();
      const output = await within(ATTEMPT_MS, id, Promise.resolve(work(outside.share)));
      const changed = changes(before, outside.state());
      outside.restore();
      return { output, changed };
    },
    close: async () => {},
  };
}
