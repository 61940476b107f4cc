/** WASI programs of the host's files, each in a thread of its own that can be ended (`trapframe process program.wasm`). */
import { readSync, writeSync } from 'node:fs';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { InputError, isInputError } from '../../abi/errors.ts';
import { E, SysError } from '../../linux/errno.ts';
import { FileKind, type OpenFile } from '../../linux/vfs/file.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { readFile } from '../../linux/vfs/pages.ts';
import { resolve, SUPERUSER } from '../../linux/vfs/walk.ts';
import { preopened } from '../../linux/wasi/preopen.ts';
import type { WasiOptions } from '../../linux/wasi/process.ts';
import type { WasiOutcome } from '../../linux/wasi/run.ts';
import { ImageStore } from '../images/store.ts';
import { makeRoot } from '../images/tree.ts';
import { hostRandom } from '../random.ts';
import { loadWasi } from '../wasi.ts';
import { nodeFolder } from './folder.ts';
import { hostFiles } from './host-files.ts';

export { isWasm } from '../../linux/wasi/run.ts';

export interface WasiRequest {
  /** What it is called: its argument 0. */
  readonly name: string;
  /** Its bytes, or where they are in an image, whose files are its root then; what it writes there is gone with it. */
  readonly program: Uint8Array | { readonly store: string; readonly image: string; readonly path: string };
  readonly args: readonly string[];
  readonly env: readonly string[];
  /** Directories of the host by the names the program knows them by. */
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly readOnly: boolean }[];
  /** Bytes of memory at most. */
  readonly memory: number;
}

/** A descriptor of this process. A thread of its own may wait for it. */
class HostStream extends FileKind {
  private readonly fd: number;
  constructor(fd: number) {
    super();
    this.fd = fd;
  }
  private again(e: unknown): never {
    const { code } = e as NodeJS.ErrnoException;
    throw new SysError(code === 'EAGAIN' ? E.AGAIN : code === 'EPIPE' ? E.PIPE : E.IO);
  }
  override read(_file: OpenFile, into: Uint8Array): number {
    try {
      return readSync(this.fd, into);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'EOF') return 0;
      return this.again(e);
    }
  }
  override write(_file: OpenFile, from: Uint8Array): number {
    try {
      return writeSync(this.fd, from);
    } catch (e) {
      return this.again(e);
    }
  }
}

/** What a program writes goes to who started it. */
class SentStream extends FileKind {
  override read(): number {
    return 0;
  }
  override write(_file: OpenFile, from: Uint8Array): number {
    parentPort?.postMessage({ wrote: from.slice() } satisfies Answer);
    return from.length;
  }
}

interface Loaded {
  readonly bytes: Uint8Array;
  readonly preopens: WasiOptions['preopens'];
}

async function load({ program, name }: WasiRequest): Promise<Loaded> {
  if (program instanceof Uint8Array) return { bytes: program, preopens: [] };
  const { layers } = await new ImageStore(nodeFolder(program.store), Date.now).open(program.image);
  const root = preopened(makeRoot(layers, { now: Date.now }).fs, program.image, '/', false);
  try {
    const { path } = root;
    const { inode } = resolve({ root: path, cwd: path, who: SUPERUSER }, path, program.path).dentry;
    const bytes = new Uint8Array(inode.size);
    readFile(inode, 0, bytes);
    return { bytes, preopens: [root] };
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
    throw new InputError(`${name}: there is no program ${program.path} in the image ${program.image}`);
  }
}

async function run(request: WasiRequest, sends: boolean): Promise<WasiOutcome> {
  const { name, args, env, mounts, memory } = request;
  const { bytes, preopens } = await load(request);
  const program = loadWasi(name, bytes, memory);
  const quiet = new Int32Array(new SharedArrayBuffer(4));
  return program.run({
    args: [name, ...args],
    env,
    preopens: [
      ...preopens,
      ...mounts.map(({ from, to, readOnly }) => preopened(new HostFs(hostFiles(from, readOnly)), from, to, readOnly)),
    ],
    stdio: sends
      ? [new SentStream(), new SentStream(), new SentStream()]
      : [new HostStream(0), new HostStream(1), new HostStream(2)],
    who: SUPERUSER,
    realtime: () => BigInt(Date.now()) * 1_000_000n,
    monotonic: () => process.hrtime.bigint(),
    random: hostRandom,
    sleep: (nanoseconds) => void Atomics.wait(quiet, 0, 0, Number(nanoseconds) / 1e6),
  });
}

type Answer = { readonly outcome: WasiOutcome } | { readonly refused: string } | { readonly wrote: Uint8Array };

/**
 * Runs a program to its end; an aborted signal ends it at once, whatever it is doing. Its streams are this process's, or with `onOutput`
 * it has nothing to read, and what it writes comes there.
 */
export function runWasi(
  request: WasiRequest,
  signal: AbortSignal,
  onOutput?: (bytes: Uint8Array) => void,
): Promise<WasiOutcome> {
  return new Promise((done, reject) => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { wasi: request, sends: onOutput !== undefined },
      resourceLimits: { stackSizeMb: 16 },
    });
    const stop = (): void => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (answer: Answer) => {
      if ('wrote' in answer) onOutput?.(answer.wrote);
      else if ('refused' in answer) reject(new InputError(answer.refused));
      else done(answer.outcome);
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      signal.removeEventListener('abort', stop);
      done({ code: 130, trap: null });
    });
  });
}

const asked = isMainThread ? null : (workerData as { wasi?: WasiRequest; sends?: boolean } | null);
if (asked?.wasi && parentPort) {
  let answer: Answer;
  try {
    answer = { outcome: await run(asked.wasi, asked.sends === true) };
  } catch (e) {
    if (!isInputError(e)) throw e;
    answer = { refused: e.message };
  }
  parentPort.postMessage(answer);
}
