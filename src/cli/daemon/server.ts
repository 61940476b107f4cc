/** The side of a background process: HTTP over a unix socket, until nothing is left to do. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { isInputError } from '../../abi/errors.ts';
import { locked } from './lock.ts';
import type { Place } from './place.ts';

/** An answer that is no success; its message is for the person at the other end. */
export class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
  }
}

export interface Request {
  /** What stood for `:name` in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body as JSON; null: there is none. */
  json(): Promise<unknown>;
  /** The body as it comes. */
  readonly body: IncomingMessage;
  /** Aborted when the other side is gone. */
  readonly signal: AbortSignal;
  /** Whether the other side wants the connection for itself (Connection: Upgrade). */
  readonly wantsUpgrade: boolean;
  /** Takes the connection over, both ways. */
  upgrade(): Duplex;
  /** Answers in pieces, the headers at once. */
  stream(type: string, headers?: Readonly<Record<string, string>>): ServerResponse;
}

/** What a handler answers: a value that goes out as JSON, or text, or nothing where it has used `upgrade` or `stream`. */
export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** `/containers/:id/start`; `:name+` is one part of the path or several; a leading version (`/v1.43`) is cut off before. */
  readonly path: string;
  handle(request: Request): Promise<Reply | null>;
}

export interface ServiceOptions {
  readonly place: Place;
  readonly routes: readonly Route[];
  /** Whether it has to stay although nobody speaks to it. */
  busy(): boolean;
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It ends after so many milliseconds without work; infinity: never by itself. */
  readonly idleMs: number;
  log(line: string): void;
}

/** The largest JSON body. */
const BODY = 16 * 2 ** 20;
const START_MS = 10_000;

function demandSize(length: number): void {
  if (length > BODY) throw new HttpError(413, `the request has more than ${BODY} bytes`);
}

async function bodyOf(message: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of message) {
    parts.push(part as Buffer);
    length += (part as Buffer).length;
    demandSize(length);
  }
  return jsonOf(Buffer.concat(parts));
}

/** The body of a request that wants the connection for itself, which Node leaves there; what comes behind it stays. */
async function bodyBefore(message: IncomingMessage, socket: Duplex, head: Buffer): Promise<Buffer> {
  const length = Number(message.headers['content-length'] ?? 0);
  demandSize(length);
  let got = head;
  while (got.length < length) {
    await new Promise<void>((settle, reject) => {
      const over = (): void => reject(new HttpError(400, 'the request ended within its body'));
      const ready = (): void => {
        socket.off('end', over).off('close', over);
        settle();
      };
      socket.once('end', over).once('close', over).once('readable', ready);
    });
    got = Buffer.concat([got, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
  }
  if (got.length > length) socket.unshift(got.subarray(length));
  return got.subarray(0, length);
}

function jsonOf(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch (e) {
    throw new HttpError(400, `the request is no JSON: ${e instanceof Error ? e.message : String(e)}`);
  }
}

/** The parameters of a path that fits a route, or null. */
function match(route: Route, parts: readonly string[]): Record<string, string> | null {
  const wanted = route.path.split('/').filter(Boolean);
  const many = wanted.findIndex((word) => word.endsWith('+'));
  const extra = parts.length - wanted.length;
  if (many < 0 ? extra !== 0 : extra < 0) return null;
  // What stands for several parts is one again.
  const given =
    many < 0
      ? parts
      : [...parts.slice(0, many), parts.slice(many, many + extra + 1).join('/'), ...parts.slice(many + extra + 1)];
  const params: Record<string, string> = {};
  for (const [i, word] of wanted.entries()) {
    if (word.startsWith(':')) params[word.slice(1).replace('+', '')] = given[i]!;
    else if (word !== given[i]) return null;
  }
  return params;
}

/** Whether somebody listens on a socket. */
export const listens = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });

export class Service {
  private readonly options: ServiceOptions;
  private readonly server: Server;
  /** Requests under way, and connections taken over. */
  private active = 0;
  private idle: NodeJS.Timeout | null = null;
  private ended: (() => void) | null = null;

  constructor(options: ServiceOptions) {
    this.options = options;
    this.server = createServer((message, response) => void this.answer(message, response));
    this.server.on('upgrade', (message, socket, head) => void this.answer(message, null, socket, head));
    // A request that never ends its header is no reason to wait.
    this.server.headersTimeout = 10_000;
    // An upload may take long, and an attached stream is a body too.
    this.server.requestTimeout = 0;
    this.server.keepAliveTimeout = 1000;
  }

  /** Listens; resolves when it ends, or at once with false where another process listens already. */
  async run(): Promise<boolean> {
    const { place, log } = this.options;
    const mine = await locked(place.lock, START_MS, async () => {
      if (await listens(place.socket)) return false;
      rmSync(place.socket, { force: true });
      await new Promise<void>((resolve, reject) => {
        this.server.once('error', reject);
        this.server.listen(place.socket, () => resolve());
      });
      writeFileSync(place.pid, `${process.pid}\n`, { mode: 0o600 });
      return true;
    });
    if (!mine) return false;
    log(`listening on ${place.socket}, process ${process.pid}`);
    // Whoever removed the socket can't reach it any more, and nobody else can.
    const watch = setInterval(() => {
      if (!existsSync(place.socket)) this.end();
    }, 5000);
    watch.unref();
    this.rest();
    await new Promise<void>((resolve) => {
      this.ended = resolve;
    });
    clearInterval(watch);
    return true;
  }

  /** Stops listening and lets `run` resolve. */
  end(): void {
    if (!this.ended) return;
    const done = this.ended;
    this.ended = null;
    if (this.idle) clearTimeout(this.idle);
    const { place, log } = this.options;
    log('ending');
    this.server.close();
    this.server.closeAllConnections();
    rmSync(place.pid, { force: true });
    rmSync(place.socket, { force: true });
    done();
  }

  /** Begins to count the time without work; called whenever work may have ended. */
  rest(): void {
    if (this.idle) clearTimeout(this.idle);
    if (!Number.isFinite(this.options.idleMs)) return;
    this.idle = setTimeout(() => {
      if (this.active === 0 && !this.options.busy()) this.end();
      else this.rest();
    }, this.options.idleMs);
    this.idle.unref();
  }

  private async answer(
    message: IncomingMessage,
    response: ServerResponse | null,
    socket: Duplex | null = null,
    head: Buffer | null = null,
  ): Promise<void> {
    this.active++;
    const gone = new AbortController();
    const leave = (): void => {
      if (gone.signal.aborted) return;
      gone.abort();
      this.active--;
      this.rest();
    };
    (response ?? socket!).once('close', leave);
    socket?.on('error', () => socket.destroy());
    let taken = false;
    const say = (status: number, { json: value, text: plain, headers: more }: Omit<Reply, 'status'>): void => {
      if (taken) {
        (response ?? socket)?.destroy();
        return;
      }
      const text = plain ?? (value === undefined ? '' : `${JSON.stringify(value)}\n`);
      const headers = {
        'content-type': plain === undefined ? 'application/json' : 'text/plain; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        ...this.options.headers,
        ...more,
      };
      if (response) response.writeHead(status, headers).end(text);
      else
        socket?.end(
          `HTTP/1.1 ${status} -\r\n${Object.entries(headers)
            .map(([key, v]) => `${key}: ${v}\r\n`)
            .join('')}connection: close\r\n\r\n${text}`,
        );
    };
    try {
      const body = socket && (await bodyBefore(message, socket, head ?? Buffer.alloc(0)));
      const url = new URL(message.url ?? '/', 'http://unix');
      const parts = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
      if (/^v\d+\.\d+$/.test(parts[0] ?? '')) parts.shift();
      let known = false;
      for (const route of this.options.routes) {
        const params = match(route, parts);
        if (!params) continue;
        known = true;
        if (route.method !== message.method) continue;
        const reply = await route.handle({
          params,
          query: url.searchParams,
          json: async () => (body ? jsonOf(body) : bodyOf(message)),
          body: message,
          signal: gone.signal,
          wantsUpgrade: socket !== null,
          upgrade() {
            if (!socket) throw new HttpError(400, 'this needs a connection of its own: Connection: Upgrade');
            taken = true;
            socket.write('HTTP/1.1 101 UPGRADED\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n');
            return socket;
          },
          stream(type, more = {}) {
            if (!response) throw new HttpError(400, 'this can not be upgraded');
            taken = true;
            response.writeHead(200, { 'content-type': type, ...more });
            response.flushHeaders();
            return response;
          },
        });
        if (reply) say(reply.status, reply);
        return;
      }
      throw known
        ? new HttpError(405, `${message.method} is not for ${url.pathname}`)
        : new HttpError(404, `there is no ${url.pathname}`);
    } catch (e) {
      const status = e instanceof HttpError ? e.status : isInputError(e) ? 400 : 500;
      if (status === 500)
        this.options.log(`${message.method} ${message.url}: ${e instanceof Error ? e.stack : String(e)}`);
      say(status, { json: { message: e instanceof Error ? e.message : String(e) } });
    }
  }
}
