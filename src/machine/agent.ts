/** The host's side of the agent: starts programs in the guest and passes their streams (src/abi/agent.ts). */
import {
  AGENT_FRAMES,
  AGENT_HEADER,
  AGENT_MAGIC,
  AGENT_PAYLOAD,
  AGENT_SESSIONS,
  AGENT_VERSION,
  AGENT_WINDOW,
  type AgentFrame,
} from '../abi/agent.ts';
import { joined, u32 } from '../abi/bytes.ts';
import { InputError } from '../abi/errors.ts';

const CODE = Object.fromEntries(AGENT_FRAMES.map(({ id, code }) => [id, code])) as Readonly<Record<AgentFrame, number>>;

export interface ExecOptions {
  /** Program and arguments; without a slash the program is looked up in PATH. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Working directory, in the guest; the root when left out. */
  readonly directory?: string;
  /** A directory of the guest that becomes the program's root. */
  readonly root?: string;
  /** A distribution that runs: the program sees its files, processes and host name. */
  readonly distro?: number;
  /** Whose rights the program has; root's when left out. */
  readonly user?: number;
  readonly group?: number;
  /** A terminal of this size instead of pipes: standard error then comes with standard output. */
  readonly terminal?: { readonly rows: number; readonly columns: number };
  readonly onStdout?: (bytes: Uint8Array) => void;
  readonly onStderr?: (bytes: Uint8Array) => void;
  /** The guest took input that waited here. */
  readonly onTaken?: () => void;
}

/** A root file system that is to be mounted and kept apart from others. */
export interface DistroOptions {
  /** Counted from 1. */
  readonly number: number;
  /** The device and its file system, in the guest. */
  readonly device: string;
  readonly type: string;
  readonly hostname: string;
  /** Whether it sees the host's directory, at /mnt/host. */
  readonly share: boolean;
}

/** How a program ended: as a shell would say it, 128 + signal for one that was killed. */
export interface ExecEnding {
  readonly code: number;
  readonly signal: number | null;
}

/** One program that runs in the guest. */
export interface AgentSession {
  /** Bytes for its standard input; they wait here until the guest takes them. */
  write(bytes: Uint8Array): void;
  /** The end of its standard input, behind what was written. */
  end(): void;
  signal(number: number): void;
  resize(rows: number, columns: number): void;
  /** Whether the guest keeps back what the program says: until `hold(false)`, for a host that cannot take it. */
  hold(on: boolean): void;
  /** Bytes of input that wait here. */
  readonly waiting: number;
  /** Rejects with an InputError when the program could not be started, or the guest ended before it. */
  readonly exit: Promise<ExecEnding>;
}

/** What a snapshot keeps of the host's side. */
export interface AgentState {
  readonly ready: boolean;
  readonly nextId: number;
}

interface Running {
  readonly options: ExecOptions;
  readonly input: Uint8Array[];
  waiting: number;
  window: number;
  ended: boolean;
  readonly resolve: (ending: ExecEnding) => void;
  readonly reject: (error: Error) => void;
}

/** Errors of execve, chdir and mount that a person meets, by number (asm-generic/errno.h). */
const ERRORS: Readonly<Record<number, string>> = {
  2: 'no such file or directory',
  3: 'the distribution does not run',
  5: 'the disk cannot be read',
  7: 'too many arguments',
  8: 'not a program this system can run',
  11: 'no more processes',
  12: 'out of memory',
  13: 'permission denied',
  16: 'in use',
  20: 'not a directory',
  22: 'no file system that can be mounted',
  40: 'a circle of links',
  117: 'the file system is damaged',
};
const errorText = (number: number): string => ERRORS[number] ?? `error ${number}`;
const EXEC_FIXED = 16;

const text = new TextEncoder();

const strung = (strings: readonly string[]): Uint8Array => text.encode(strings.map((s) => `${s}\0`).join(''));

function execPayload(options: ExecOptions): Uint8Array {
  const { argv, env = {}, directory = '', root = '', terminal, distro = 0, user = 0, group = 0 } = options;
  const strings = [root, directory, ...argv, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  if (argv.length === 0 || strings.some((s) => s.includes('\0')))
    throw new InputError('no program, or a NUL in one of its strings');
  const body = strung(strings);
  if (body.length + EXEC_FIXED > AGENT_PAYLOAD)
    throw new InputError('arguments and environment are longer than 32 KiB');
  const payload = new Uint8Array(EXEC_FIXED + body.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, terminal ? 1 : 0);
  view.setUint8(1, distro);
  view.setUint16(2, terminal?.rows ?? 0, true);
  view.setUint16(4, terminal?.columns ?? 0, true);
  view.setUint16(6, argv.length, true);
  view.setUint32(8, user, true);
  view.setUint32(12, group, true);
  payload.set(body, EXEC_FIXED);
  return payload;
}

export class Agent {
  private readonly send: (bytes: Uint8Array) => void;
  private readonly other: (bytes: Uint8Array) => void;
  private readonly running = new Map<number, Running>();
  private readonly starting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  private buffer = new Uint8Array();
  private nextId = 1;
  private greeted = false;
  private greet: () => void = () => {};
  private refuse: (error: Error) => void = () => {};
  /** Resolves when the agent has said hello; rejects when the guest ends before. */
  readonly ready: Promise<void>;
  /** Told of a distribution that runs no more, whoever ended it; its disk is free. */
  onStopped: (number: number) => void = () => {};

  /** `send` puts bytes on the channel; `other` takes what comes over it and is no frame, where the channel is the kernel's console too. */
  constructor(send: (bytes: Uint8Array) => void, other: (bytes: Uint8Array) => void = () => {}) {
    this.send = send;
    this.other = other;
    this.ready = new Promise((resolve, reject) => {
      this.greet = resolve;
      this.refuse = reject;
    });
    // Whoever awaits it hears of it; nobody has to.
    this.ready.catch(() => {});
  }

  private frame(type: AgentFrame, id: number, payload: Uint8Array = new Uint8Array()): void {
    const bytes = new Uint8Array(AGENT_HEADER + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, AGENT_MAGIC);
    view.setUint8(1, CODE[type]);
    view.setUint16(2, id, true);
    view.setUint32(4, payload.length, true);
    bytes.set(payload, AGENT_HEADER);
    this.send(bytes);
  }

  /** Starts a program. At most 32 run at a time. */
  exec(options: ExecOptions): AgentSession {
    if (this.running.size >= AGENT_SESSIONS)
      throw new InputError(`${AGENT_SESSIONS} programs run in the guest already`);
    const payload = execPayload(options);
    const id = this.freeId();
    let settle: Pick<Running, 'resolve' | 'reject'> | undefined;
    const exit = new Promise<ExecEnding>((resolve, reject) => {
      settle = { resolve, reject };
    });
    exit.catch(() => {});
    const session: Running = { options, input: [], waiting: 0, window: AGENT_WINDOW, ended: false, ...settle! };
    this.running.set(id, session);
    this.frame('exec', id, payload);
    const alive = (): boolean => this.running.get(id) === session;
    return {
      write: (bytes) => {
        if (bytes.length && !session.ended) {
          session.input.push(bytes.slice());
          session.waiting += bytes.length;
        }
        this.feed(id, session);
      },
      end: () => {
        if (session.ended) return;
        session.ended = true;
        if (session.input.length === 0 && alive()) this.frame('stdinEnd', id);
      },
      signal: (number) => {
        if (alive()) this.frame('signal', id, u32(number));
      },
      resize: (rows, columns) => {
        if (alive()) this.frame('resize', id, u32(rows | (columns << 16)));
      },
      hold: (on) => {
        if (alive()) this.frame('hold', id, Uint8Array.of(on ? 1 : 0));
      },
      get waiting() {
        return session.waiting;
      },
      exit,
    };
  }

  private freeId(): number {
    while (this.running.has(this.nextId) || this.starting.has(this.nextId)) this.nextId = (this.nextId % 0xffff) + 1;
    const id = this.nextId;
    this.nextId = (id % 0xffff) + 1;
    return id;
  }

  /** Programs that run. */
  get sessions(): number {
    return this.running.size;
  }

  /** Mounts a distribution and starts its process 1. Rejects with an InputError. */
  start({ number, device, type, hostname, share }: DistroOptions): Promise<void> {
    const id = this.freeId();
    const promise = new Promise<void>((resolve, reject) => this.starting.set(id, { resolve, reject }));
    const fixed = Uint8Array.of(number, share ? 1 : 0, 0, 0);
    this.frame('start', id, joined([fixed, strung([device, type, hostname])]));
    return promise;
  }

  /** Asks a distribution's programs to end; `onStopped` is told when it has. */
  stop(number: number): void {
    this.frame('stop', 0, Uint8Array.of(number));
  }

  /** Sets the guest's clock, in nanoseconds since 1970, and gives its random numbers a new beginning. */
  setClock(now: bigint, entropy: Uint8Array): void {
    const time = new Uint8Array(8);
    new DataView(time.buffer).setBigUint64(0, now, true);
    this.frame('clock', 0, joined([time, entropy]));
  }

  save(): AgentState {
    return { ready: this.greeted, nextId: this.nextId };
  }

  /** Goes on with an agent that has said hello already, with numbers that its sessions do not have. */
  restore({ ready, nextId }: AgentState): void {
    this.nextId = nextId;
    if (!ready) return;
    this.greeted = true;
    this.greet();
  }

  /** Asks the guest to end all and to power off. */
  powerOff(): void {
    this.frame('poweroff', 0);
  }

  /** Sends what the window allows. */
  private feed(id: number, session: Running): void {
    if (this.running.get(id) !== session) return;
    while (session.input.length && session.window > 0) {
      const first = session.input[0]!;
      const part = first.subarray(0, Math.min(first.length, session.window));
      session.window -= part.length;
      session.waiting -= part.length;
      if (part.length === first.length) session.input.shift();
      else session.input[0] = first.subarray(part.length);
      this.frame('stdin', id, part);
      if (session.input.length === 0 && session.ended) this.frame('stdinEnd', id);
    }
  }

  /** Takes what came over the channel. */
  receive(bytes: Uint8Array): void {
    const all = joined([this.buffer, bytes]);
    const view = new DataView(all.buffer);
    let at = 0;
    let text = 0;
    const flush = (): void => {
      if (text < at) this.other(all.subarray(text, at));
    };
    while (at < all.length) {
      if (all[at] !== AGENT_MAGIC) {
        at++;
        continue;
      }
      if (all.length - at < AGENT_HEADER) break;
      const length = view.getUint32(at + 4, true);
      if (length > AGENT_PAYLOAD) {
        at++;
        continue;
      }
      if (all.length - at < AGENT_HEADER + length) break;
      flush();
      const payload = all.subarray(at + AGENT_HEADER, at + AGENT_HEADER + length);
      this.handle(all[at + 1]!, view.getUint16(at + 2, true), payload);
      at += AGENT_HEADER + length;
      text = at;
    }
    flush();
    this.buffer = all.slice(at);
  }

  private handle(type: number, id: number, payload: Uint8Array): void {
    const number = payload.length >= 4 ? new DataView(payload.buffer, payload.byteOffset).getUint32(0, true) : 0;
    if (type === CODE.hello) {
      if (number === AGENT_VERSION) {
        this.greeted = true;
        this.greet();
      } else this.refuse(new InputError(`the guest’s agent speaks version ${number}, not ${AGENT_VERSION}`));
      return;
    }
    if (type === CODE.stopped) {
      this.onStopped(number);
      return;
    }
    const start = this.starting.get(id);
    if (start) {
      this.starting.delete(id);
      if (type === CODE.started) start.resolve();
      else start.reject(new InputError(`the distribution cannot be started: ${errorText(number)}`));
      return;
    }
    const session = this.running.get(id);
    if (!session) return;
    if (type === CODE.stdout) session.options.onStdout?.(payload);
    else if (type === CODE.stderr) session.options.onStderr?.(payload);
    else if (type === CODE.taken) {
      session.window += number;
      this.feed(id, session);
      session.options.onTaken?.();
    } else if (type === CODE.exit) {
      this.running.delete(id);
      const signal = number & 0x7f;
      session.resolve({ code: signal ? 128 + signal : (number >> 8) & 0xff, signal: signal || null });
    } else if (type === CODE.failed) {
      this.running.delete(id);
      session.reject(new InputError(`${session.options.argv[0]}: ${errorText(number)}`));
    }
  }

  /** The guest has ended: nothing that runs will answer. */
  close(why: string): void {
    this.refuse(new InputError(why));
    for (const waiting of [...this.running.values(), ...this.starting.values()]) waiting.reject(new InputError(why));
    this.running.clear();
    this.starting.clear();
  }
}
