/** A WebAssembly program in a container's files: the host's own engine runs it, and only its calls leave it. */

import type { ProgramOutcome } from '../../abi/program.ts';
import { FileKind, type OpenFile } from '../../linux/vfs/file.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { SUPERUSER } from '../../linux/vfs/walk.ts';
import { preopened } from '../../linux/wasi/preopen.ts';
import { makeRoot } from '../images/tree.ts';
import { loadWasi } from '../wasi.ts';
import { PROGRAM, programFiles } from './process.ts';
import type { HostFolder } from './side.ts';
import { endedWith, type Watch } from './watch.ts';

/** Where the program writes, and nothing to read. */
class Sink extends FileKind {
  private readonly take: (bytes: Uint8Array) => void;
  constructor(take: (bytes: Uint8Array) => void) {
    super();
    this.take = take;
  }
  override read(): number {
    return 0;
  }
  override write(_file: OpenFile, from: Uint8Array): number {
    this.take(from.slice());
    return from.length;
  }
}

/** A program cannot be stopped but with its thread: whoever asks for this one ends its worker. */
export async function runWasi(watch: Watch, folder: HostFolder | null): Promise<ProgramOutcome> {
  const { request } = watch;
  let ticks = 0n;
  let calls = 0;
  // The program reads the clock when its region begins and when it ends.
  const marks: { readonly at: number; readonly calls: number }[] = [];
  watch.begin();
  const program = loadWasi('the program', request.program, request.config.memory);
  const layer = programFiles(request.program, () => 0);
  const { fs: root, storage } = makeRoot([layer], { now: () => 0 });
  watch.phase('create');
  const { code, trap } = program.run({
    args: [PROGRAM.path, ...request.args],
    env: [],
    preopens: [
      preopened(root, '/', '/', false),
      preopened(folder ? new HostFs(folder.files) : new Tmpfs({ now: () => 0 }), '/host', '/host', false),
    ],
    stdio: [new Sink(() => {}), new Sink(watch.wrote), new Sink(() => {})],
    who: SUPERUSER,
    realtime: () => 0n,
    monotonic: () => {
      watch.phase('first instruction');
      marks.push({ at: performance.now(), calls });
      ticks += 1000n;
      return ticks;
    },
    random: (into) => into.fill(0),
    sleep: () => {},
    onCall: () => calls++,
  });
  const ended = trap === null ? endedWith(code) : { status: 'crashed' as const, exitCode: code, message: trap };
  watch.takesDisk(storage.used);
  const outcome = watch.outcome(ended);
  const passed = /^PASS \S+ ([0-9a-f]+)$/m.exec(outcome.console);
  const [from, to] = [marks[0], marks.at(-1)];
  // Reading the clock at the end is no call of the region's.
  const own = { 'host.crossings': from && to ? to.calls - from.calls - 1 : calls, instret: 0, 'exit.total': 0 };
  const operations = Number(request.args[2 + Number(request.args[1])] ?? 1);
  const start = request.measure === 'startup' ? outcome.region : null;
  return {
    ...outcome,
    result: passed ? passed[1]!.padStart(16, '0') : null,
    counters: own,
    region: start
      ? { ...start, counters: { ...start.counters, ...own } }
      : from && to
        ? { counters: own, wallMs: to.at - from.at, iterations: Number.isNaN(operations) ? 1 : operations }
        : null,
  };
}
