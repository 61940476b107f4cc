/** Attempts of a process of Linux and of a program of WASI, on a folder of the host. */
import { readFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { runProcess } from '../../machine/node/process.ts';
import { runWasi } from '../../machine/node/wasi.ts';
import { NO_CALL, TRAP } from './judge.ts';
import type { HostOutside } from './outside.ts';
import { ATTEMPT_MS, type Attempted, changes, type World } from './world.ts';

const MEMORY = 64 * 2 ** 20;
const SHARE = '/share';
/** Of the lab’s network. */
const GATEWAY = '10.0.2.2';

/** Gathers what is written. */
function collector(): { stream: Writable; text(): string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      parts.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(parts).toString('latin1') };
}

async function observed(outside: HostOutside, work: () => Promise<string>): Promise<Attempted> {
  const before = outside.state(true);
  const output = await work();
  const changed = changes(before, outside.state(true));
  outside.restore();
  return { output, changed };
}

/** `open`: it is given the folder above, under its own name. */
export function processWorld(core: WebAssembly.Module, outside: HostOutside, open: boolean): World {
  const share = open ? outside.share : SHARE;
  return {
    secrets: [outside.secret],
    attempt: (id) =>
      observed(outside, async () => {
        const { stream, text } = collector();
        await runProcess(
          core,
          {
            program: '/bin/escape',
            args: [id, ...outside.clues(share), `address=${GATEWAY}`],
            env: [],
            root: outside.root,
            rootReadOnly: false,
            mounts: [
              open
                ? { from: outside.folder, to: outside.folder, readOnly: false }
                : { from: outside.share, to: SHARE, readOnly: false },
            ],
            network: [],
            cwd: '/',
            memory: MEMORY,
            engine: 'interp',
            time: 'wall',
            seed: null,
            regions: null,
          },
          { input: Readable.from([]), output: stream, errors: stream },
          AbortSignal.timeout(ATTEMPT_MS),
        );
        return text();
      }),
    close: async () => {},
  };
}

/** A program of WASI, which says itself what it has calls for. */
export function wasiWorld(file: string, outside: HostOutside, open: boolean): World {
  const program = new Uint8Array(readFileSync(file));
  const run = async (args: readonly string[]): Promise<string> => {
    const parts: Uint8Array[] = [];
    const mounts = open
      ? [{ from: outside.folder, to: outside.folder, readOnly: false }]
      : [{ from: outside.share, to: SHARE, readOnly: false }];
    const { trap } = await runWasi(
      { name: 'escape.wasm', program, args, env: [], mounts, memory: MEMORY },
      AbortSignal.timeout(ATTEMPT_MS),
      (bytes) => parts.push(bytes),
    );
    const text = Buffer.concat(parts).toString('latin1');
    return trap === null ? text : `${text}tried trap -${TRAP} ${trap}\n`;
  };
  let known: Promise<string[]> | null = null;
  return {
    secrets: [outside.secret],
    async attempt(id) {
      known ??= run(['attempts']).then((text) => text.split('\n'));
      if (!(await known).includes(id)) return { output: NO_CALL, changed: [] };
      return observed(outside, () => run([id, ...outside.clues(open ? 'share' : '.')]));
    },
    close: async () => {},
  };
}
