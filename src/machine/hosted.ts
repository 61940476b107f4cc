/** A Linux guest for whoever cannot reach into its thread: booted with one call, typed to, stopped. Data only, so all of it crosses to a worker. */
import type { Counters } from '../abi/counters.ts';
import { SEARCH_PATH } from '../abi/search-path.ts';
import type { AgentSession } from './agent.ts';
import { linkGdb } from './gdb/link.ts';
import { FIXED_TIME, LinuxGuest, type LinuxParts, SEED } from './linux.ts';

export interface HostedRequest extends Pick<LinuxParts, 'config' | 'agent'> {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  /** A command for the guest's shell: guest time skips while it sleeps, and the date is fixed, so that counts repeat. null: a login shell. */
  readonly command: string | null;
  readonly rows: number;
  readonly columns: number;
  /** A WebSocket of the page's server where a debugger is listened for (gdb/link.ts), which the guest then waits for; null: nowhere. */
  readonly gdb: string | null;
}

/** What is told while the guest runs. */
export interface HostedEvents {
  /** The kernel's messages, and all of a guest without our agent. */
  console(bytes: Uint8Array): void;
  /** What the shell or the command writes. */
  output(bytes: Uint8Array): void;
  /** The shell is there. */
  ready(): void;
}

export interface HostedEnding {
  /** Status of the shell or command; null: the guest ended before it. */
  readonly status: number | null;
  readonly message: string;
  readonly counters: Counters;
}

/** One guest, in this thread or behind a worker. */
export interface HostedLinux {
  /** Runs a guest to its end. Rejects with an InputError for what cannot be booted. */
  boot(request: HostedRequest): Promise<HostedEnding>;
  type(bytes: Uint8Array): void;
  resize(rows: number, columns: number): void;
  counters(): Counters;
  /** Ends the guest at the end of its slice. */
  stop(): void;
}

const HOME = '/root';
const ENVIRONMENT = {
  HOME,
  TERM: 'xterm-256color',
  PATH: SEARCH_PATH,
};

export function createHostedLinux(module: WebAssembly.Module, events: HostedEvents): HostedLinux {
  let guest: LinuxGuest | null = null;
  let session: AgentSession | null = null;
  let unlink: (() => void) | null = null;

  async function attend({ command, rows, columns }: HostedRequest, running: LinuxGuest): Promise<number> {
    const { agent, system } = running;
    await agent!.ready;
    session =
      command === null
        ? agent!.exec({
            argv: ['sh', '-l'],
            env: ENVIRONMENT,
            directory: HOME,
            terminal: { rows, columns },
            onStdout: (bytes) => events.output(bytes.slice()),
          })
        : agent!.exec({
            argv: ['sh', '-c', command],
            env: ENVIRONMENT,
            onStdout: (bytes) => events.output(bytes.slice()),
            onStderr: (bytes) => events.output(bytes.slice()),
          });
    if (command !== null) session.end();
    events.ready();
    const { code } = await session.exit;
    system.setRealtime(false);
    agent!.powerOff();
    return code;
  }

  return {
    async boot(request) {
      const interactive = request.command === null;
      const made = await LinuxGuest.create(module, {
        config: request.config,
        agent: request.agent,
        kernel: request.kernel,
        initrd: request.initrd,
        bootargs: interactive ? '' : 'quiet',
        time: interactive ? BigInt(Date.now()) * 1_000_000n : FIXED_TIME,
        seed: SEED,
        realtime: interactive,
        onConsole: (bytes) => events.console(bytes.slice()),
      });
      unlink = request.gdb === null ? null : await linkGdb(made.system.debug(), request.gdb);
      guest = made;
      const running = made.run();
      try {
        // A guest that ends first rejects whoever waits for its agent.
        const status = made.agent ? await attend(request, made).catch(() => null) : null;
        if (!made.agent) events.ready();
        const ending = await running;
        return { status, message: ending.message, counters: made.system.counters() };
      } finally {
        unlink?.();
        unlink = null;
        guest = null;
        session = null;
      }
    },
    type(bytes) {
      if (session) session.write(bytes);
      else if (!guest?.agent) guest?.system.input(bytes);
    },
    resize(rows, columns) {
      session?.resize(rows, columns);
    },
    counters: () => guest?.system.counters() ?? {},
    stop() {
      guest?.system.stop();
      guest?.agent?.close('stopped');
      // One that waits for a debugger has to go on to its end.
      unlink?.();
    },
  };
}
