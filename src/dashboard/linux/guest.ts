/** The one Linux guest of this page, which runs in a worker, and what is known of it. */
import { batch, computed, signal } from '@preact/signals';
import { proxy } from 'comlink';
import { LINUX_MACHINE, type MachineEngine, type Strategy } from '../../abi/config.ts';
import { GDB_AT } from '../../machine/gdb/link.ts';
import type { HostedEnding } from '../../machine/hosted.ts';
import { startBrowserWorker } from '../../rpc/browser.ts';
import { Connection } from '../../rpc/connection.ts';
import type { LinuxWorker } from '../../rpc/protocol.ts';
import { type Chosen, coreModule, type LocalImage, localImages, readImages } from './images.ts';

export type State = 'off' | 'loading' | 'booting' | 'running' | 'stopping';

export interface Choice extends Chosen {
  readonly engine: MachineEngine;
  readonly strategy: Strategy;
  /** A command, or empty: a shell. */
  readonly command: string;
  /** Where GDB is to be listened for, on the host of this page's server; null: nowhere. */
  readonly gdbPort: number | null;
}

/** Where bytes go, and how large it is. */
export interface Screen {
  write(bytes: Uint8Array | string): void;
  readonly rows: number;
  readonly columns: number;
}

const CALL_MS = 60_000;
/** A guest runs until it ends. */
const FOR_EVER_MS = 2 ** 31 - 1;

/** What the server of this page offers; null: not asked yet. */
export const local = signal<readonly LocalImage[] | null>(null);
export const state = signal<State>('off');
export const busy = computed(() => state.value !== 'off');
export const error = signal<string | null>(null);
export const ending = signal<HostedEnding | null>(null);
/** Milliseconds until the shell was there. */
export const readyMs = signal<number | null>(null);

let connection: Connection<LinuxWorker> | null = null;

export async function askLocal(): Promise<void> {
  local.value ??= await localImages();
}

/** The WebSocket of this page's server that listens for a debugger. */
function gdbAt(port: number): string {
  const url = new URL(GDB_AT, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  url.searchParams.set('port', String(port));
  return url.href;
}

/** Boots a guest on a screen; resolves when it has ended. */
export async function boot(choice: Choice, screen: Screen): Promise<void> {
  if (busy.value) return;
  batch(() => {
    state.value = 'loading';
    error.value = null;
    ending.value = null;
    readyMs.value = null;
  });
  try {
    const [module, images] = await Promise.all([coreModule(), readImages(choice)]);
    const worker = new Connection<LinuxWorker>(startBrowserWorker('linux'));
    connection = worker;
    state.value = 'booting';
    const started = performance.now();
    const write = proxy((bytes: Uint8Array) => screen.write(bytes));
    const ready = proxy(() => {
      state.value = 'running';
      readyMs.value = performance.now() - started;
    });
    await worker.call('opening the machine', CALL_MS, (remote) => remote.open(module, write, write, ready));
    ending.value = await worker.call('the guest', FOR_EVER_MS, (remote) =>
      remote.boot({
        config: { ...LINUX_MACHINE, engine: choice.engine, strategy: choice.strategy },
        kernel: images.kernel,
        initrd: images.initrd,
        agent: images.agent,
        command: choice.command || null,
        rows: screen.rows,
        columns: screen.columns,
        gdb: choice.gdbPort === null ? null : gdbAt(choice.gdbPort),
      }),
    );
  } catch (e) {
    if (state.value !== 'stopping') error.value = e instanceof Error ? e.message : String(e);
  } finally {
    const worker = connection;
    connection = null;
    state.value = 'off';
    await worker?.close();
  }
}

const text = new TextEncoder();

/** Types into the guest. */
export const type = (typed: string): void => connection?.tell((remote) => remote.type(text.encode(typed)));

export const resize = (rows: number, columns: number): void =>
  connection?.tell((remote) => remote.resize(rows, columns));

/** Ends the guest, as pulling the plug would. */
export function stop(): void {
  if (!connection) return;
  state.value = 'stopping';
  connection.tell((remote) => remote.stop());
}
