/**
 * The process that holds the VM, in the background:
 *
 *     node dist/cli/wsl-server.js ROOT STATE
 *
 * One a state directory, by a lock. It serves a socket there until it has been idle for long enough, is told to shut down, or its guest ends.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { InputError, isInputError } from '../../abi/errors.ts';
import { FileDisk } from '../../devices/block/disk.ts';
import { openSyncFile } from '../../devices/node/sync-file.ts';
import type { LightVm } from '../../machine/light/vm.ts';
import { isAlive } from '../daemon/lock.ts';
import { Connection } from './connection.ts';
import { pidOf, socketOf } from './paths.ts';
import { dropUnfinished } from './registry.ts';
import { Service } from './service.ts';
import { vmSettings } from './settings.ts';
import { TAKEN } from './start.ts';
import { startVm } from './start-vm.ts';
import { PROTOCOL, type Request } from './wire.ts';

/** The VM must be there within this. */
const START_MS = 120_000;
/** Those who wait for an answer get it within this when the guest has ended. */
const LAST_WORDS_MS = 200;
/** A VM that did not start is told of for so long. */
const FAILED_MS = 10_000;
/** Whoever started this process asks within this. */
const FIRST_MS = 30_000;
/** Without a program for so long, memory that the guest has given back becomes the host's again. */
const COMPACT_AFTER_MS = 2000;
const COMPACT_FROM = 32 * 2 ** 20;

const log = (text: string): void => console.error(`${new Date().toISOString()} ${text}`);

/** Takes the lock, or ends this process where another one has it. */
function lock(file: string): void {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(file, 'utf8'));
    if (holder && isAlive(holder)) process.exit(TAKEN);
    rmSync(file, { force: true });
  }
}

class Holder {
  private readonly root: string;
  private readonly state: string;
  private readonly server: Server;
  private readonly service: Promise<Service>;
  private vm: LightVm | null = null;
  private active = 0;
  private idle: NodeJS.Timeout | undefined;
  private compact: NodeJS.Timeout | undefined;
  private compactedAt = 0;
  private idleMs: number | null = null;
  private failed = false;
  private served = false;
  private ending = false;

  constructor(root: string, state: string) {
    this.root = root;
    this.state = state;
    this.service = this.start();
    this.service.catch((error: Error) => {
      log(error.stack ?? error.message);
      // Whoever started this process asks soon, and is told why.
      this.failed = true;
      setTimeout(() => this.leave(), FAILED_MS);
    });
    this.server = createServer((socket) => {
      new Connection(socket, (request, connection) => void this.serve(request, connection));
    });
    const path = socketOf(state);
    rmSync(path, { force: true });
    const umask = process.umask(0o177);
    this.server.listen(path, () => {
      process.umask(umask);
      chmodSync(path, 0o600);
    });
    this.rest();
  }

  private async start(): Promise<Service> {
    const began = performance.now();
    const settings = vmSettings(this.state);
    this.idleMs = settings.idle;
    const late = setTimeout(() => {
      log('the VM did not start in time');
      this.leave();
    }, START_MS);
    try {
      const { vm, kernel } = await startVm(this.root, this.state, settings, (bytes) => process.stderr.write(bytes));
      this.vm = vm;
      const facts = { state: this.state, settings, kernel, started: new Date().toISOString() };
      const service = new Service(vm, facts);
      if (settings.swap) {
        const swap = service.swapFile();
        rmSync(swap, { force: true });
        const file = openSyncFile(swap);
        file.truncate(settings.swap);
        await vm.swap(new FileDisk(file));
      }
      log(`the VM runs after ${(performance.now() - began).toFixed(1)} ms`);
      void vm.ended.then((ending) => {
        log(ending.message);
        this.deaf();
        setTimeout(() => this.leave(), LAST_WORDS_MS);
      });
      return service;
    } finally {
      clearTimeout(late);
    }
  }

  private async serve(request: Request, connection: Connection): Promise<void> {
    // Unheard, it asks whoever comes next.
    if (this.ending) {
      connection.leave();
      return;
    }
    this.served = true;
    this.active++;
    this.rest();
    try {
      if (request.protocol !== PROTOCOL && request.op !== 'shutdown') {
        throw new InputError(
          'the VM that runs is of another version of Trapframe',
          'End it: npx trapframe wsl --shutdown.',
        );
      }
      connection.accepted();
      const service = await this.service;
      if (request.op === 'shutdown') {
        this.ending = true;
        this.deaf();
      }
      await connection.answer(await service.serve(request, connection));
    } catch (error) {
      if (!isInputError(error)) log((error as Error).stack ?? String(error));
      if (this.failed) this.deaf();
      await connection.answer(error as Error);
    } finally {
      this.active--;
      if (request.op === 'shutdown' || (this.failed && this.active === 0)) this.leave();
      else this.rest();
    }
  }

  /** Sees to it that something happens when nothing does. */
  private rest(): void {
    clearTimeout(this.idle);
    clearTimeout(this.compact);
    if (this.active > 0) return;
    if (this.idleMs !== null) {
      this.idle = setTimeout(
        () => {
          log('idle for long enough');
          this.stop();
        },
        this.served ? this.idleMs : Math.max(this.idleMs, FIRST_MS),
      );
    }
    this.compact = setTimeout(() => void this.giveBack(), COMPACT_AFTER_MS);
  }

  private async giveBack(): Promise<void> {
    const { vm } = this;
    if (!vm || vm.released - this.compactedAt < COMPACT_FROM || this.active > 0) return;
    const before = process.memoryUsage.rss();
    if (!(await vm.compact())) return;
    this.compactedAt = vm.released;
    globalThis.gc?.();
    log(`compacted: ${before} bytes resident before, ${process.memoryUsage.rss()} after`);
  }

  /** Who asks from now on starts another process, once this one has left. */
  private deaf(): void {
    this.server.close();
    rmSync(socketOf(this.state), { force: true });
  }

  private leave(): void {
    this.deaf();
    rmSync(pidOf(this.state), { force: true });
    process.exit(0);
  }

  /** Ends in good order. */
  stop(): void {
    this.ending = true;
    this.deaf();
    void (this.vm?.powerOff() ?? Promise.resolve()).finally(() => this.leave());
  }
}

const [root, state] = process.argv.slice(2) as [string, string];
mkdirSync(state, { recursive: true, mode: 0o700 });
// A log on a full disk ends no VM.
process.stderr.on('error', () => {});
lock(pidOf(state));
// What a process that was killed had begun.
dropUnfinished(state);
const holder = new Holder(root, state);
process.on('SIGTERM', () => holder.stop());
process.on('SIGINT', () => holder.stop());
process.on('SIGHUP', () => {});
