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
  /** A terminal of this size instead of pipes: standard error then comes with standard output. */
  readonly terminal?: { readonly rows: number; readonly columns: number };
  readonly onStdout?: (bytes: Uint8Array) => void;
  readonly onStderr?: (bytes: Uint8Array) => void;
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
  window: number;
  ended: boolean;
  readonly resolve: (ending: ExecEnding) => void;
  readonly reject: (error: Error) => void;
}

/** Errors of execve and chdir that a person meets, by number (asm-generic/errno-base.h). */
const ERRORS: Readonly<Record<number, string>> = {
  2: 'no such file or directory',
  7: 'too many arguments',
  8: 'not a program this system can run',
  11: 'no more processes',
  12: 'out of memory',
  13: 'permission denied',
  20: 'not a directory',
};

const text = new TextEncoder();

function execPayload({ argv, env = {}, directory = '', root = '', terminal }: ExecOptions): Uint8Array {
  const strings = [root, directory, ...argv, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
  if (argv.length === 0 || strings.some((s) => s.includes('\0')))
    throw new InputError('no program, or a NUL in one of its strings');
  const body = text.encode(strings.map((s) => `${s}\0`).join(''));
  if (body.length + 8 > AGENT_PAYLOAD) throw new InputError('arguments and environment are longer than 32 KiB');
  const payload = new Uint8Array(8 + body.length);
  const view = new DataView(payload.buffer);
  view.setUint8(0, terminal ? 1 : 0);
  view.setUint16(2, terminal?.rows ?? 0, true);
  view.setUint16(4, terminal?.columns ?? 0, true);
  view.setUint16(6, argv.length, true);
  payload.set(body, 8);
  return payload;
}

export class Agent {
  private readonly send: (bytes: Uint8Array) => void;
  private readonly other: (bytes: Uint8Array) => void;
  private readonly running = new Map<number, Running>();
  private buffer = new Uint8Array();
  private nextId = 1;
  private greeted = false;
  private greet: () => void = () => {};
  private refuse: (error: Error) => void = () => {};
  /** Resolves when the agent has said hello; rejects when the guest ends before. */
  readonly ready: Promise<void>;

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
    while (this.running.has(this.nextId)) this.nextId = (this.nextId % 0xffff) + 1;
    const id = this.nextId;
    this.nextId = (id % 0xffff) + 1;
    let settle: Pick<Running, 'resolve' | 'reject'> | undefined;
    const exit = new Promise<ExecEnding>((resolve, reject) => {
      settle = { resolve, reject };
    });
    exit.catch(() => {});
    const session: Running = { options, input: [], window: AGENT_WINDOW, ended: false, ...settle! };
    this.running.set(id, session);
    this.frame('exec', id, payload);
    const alive = (): boolean => this.running.get(id) === session;
    return {
      write: (bytes) => {
        if (bytes.length && !session.ended) session.input.push(bytes.slice());
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
      exit,
    };
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
    const session = this.running.get(id);
    if (!session) return;
    if (type === CODE.stdout) session.options.onStdout?.(payload);
    else if (type === CODE.stderr) session.options.onStderr?.(payload);
    else if (type === CODE.taken) {
      session.window += number;
      this.feed(id, session);
    } else if (type === CODE.exit) {
      this.running.delete(id);
      const signal = number & 0x7f;
      session.resolve({ code: signal ? 128 + signal : (number >> 8) & 0xff, signal: signal || null });
    } else if (type === CODE.failed) {
      this.running.delete(id);
      session.reject(new InputError(`${session.options.argv[0]}: ${ERRORS[number] ?? `error ${number}`}`));
    }
  }

  /** The guest has ended: nothing that runs will answer. */
  close(why: string): void {
    this.refuse(new InputError(why));
    for (const session of this.running.values()) session.reject(new InputError(why));
    this.running.clear();
  }
}
