/**
 * Requests to one repository of a registry (OCI distribution specification): redirects, credentials, refusals and what is
 * asked again. Credentials go to the registry and to whom it names for tokens, and nowhere a redirect leads.
 */
import * as z from 'zod';
import { InputError } from '../../../abi/errors.ts';
import { printable, quoted } from '../printable.ts';
import type { Repository } from '../reference.ts';
import { Authority, type Credentials } from './authority.ts';
import {
  type Answer,
  Broken,
  bytesOf,
  type Exchange,
  exchange,
  type Patience,
  pause,
  Unreachable,
} from './exchange.ts';

export interface ConnectionOptions {
  readonly credentials: Credentials | null;
  /** Plain HTTP may be spoken where there is no HTTPS, which else only this machine may. */
  readonly insecure: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for any answer, or its next piece. */
  readonly waitMs?: number;
  /** Milliseconds before something is asked again; twice as many each further time. */
  readonly pauseMs?: number;
}

export interface Request extends Exchange {
  /** Begins messages: what is asked for. */
  readonly what: string;
  /** Answers that are no refusals. */
  readonly good: readonly number[];
}

const WAIT_MS = 30_000;
const PAUSE_MS = 250;
const REDIRECTS = 5;
/** Times that something is asked for where the registry has too much to do or is gone, and how long it may make us wait. */
const ATTEMPTS = 4;
const LONGEST_PAUSE_MS = 10_000;
const REFUSAL_BYTES = 65_536;

const MOVED: readonly number[] = [301, 302, 303, 307, 308];
/** Those that keep the method and the body. */
const KEEPS: readonly number[] = [307, 308];
const BUSY: readonly number[] = [429, 502, 503, 504];

const isLoopback = (name: string): boolean => name === 'localhost' || /^127(\.\d{1,3}){3}$/.test(name);
/** The same, and all that leads there too. */
const isThisMachine = (name: string): boolean =>
  isLoopback(name) || name.endsWith('.localhost') || ['0.0.0.0', '[::]', '[::1]'].includes(name);

const refusals = z.looseObject({
  errors: z.array(z.looseObject({ code: z.string().nullish(), message: z.string().nullish() })),
});

const ADVICE: Readonly<Record<number, (host: string) => string>> = {
  401: (host) => `Log in: docker login ${host} (or skopeo login --authfile ~/.docker/config.json ${host}).`,
  403: (host) => `Whoever is logged in at ${host} may not do this; log in as somebody else.`,
  404: () => 'Look whether the name, the tag and the registry are right.',
  429: () => 'Wait before you ask again, or log in, which often allows more.',
};

export class Connection {
  readonly host: string;
  readonly path: string;
  private readonly insecure: boolean;
  private readonly pauseMs: number;
  private readonly patience: Patience;
  private readonly authority: Authority;
  private scope = 'pull';
  private base: Promise<URL> | null = null;

  constructor(
    { host, path }: Repository,
    { credentials, insecure, signal, waitMs = WAIT_MS, pauseMs = PAUSE_MS }: ConnectionOptions,
  ) {
    this.host = host;
    this.path = path;
    this.insecure = insecure;
    this.pauseMs = pauseMs;
    this.patience = { waitMs, signal };
    this.authority = new Authority(host, credentials, (url, request) => {
      this.demandAllowed(url, null, `the token for ${host}`);
      return exchange(url, request, this.patience);
    });
  }

  get signal(): AbortSignal | undefined {
    return this.patience.signal;
  }

  /** Waits before something is asked again. */
  pause(attempt: number): Promise<void> {
    return pause(Math.min(this.pauseMs * 2 ** attempt, LONGEST_PAUSE_MS), this.signal);
  }

  /** Means to write from now on. */
  willPush(): void {
    this.scope = 'pull,push';
  }

  /** Asks for something below the repository (`manifests/1.2`), or where an answer said it is. */
  async request(target: string | URL, request: Request): Promise<Answer> {
    const url = typeof target === 'string' ? new URL(`/v2/${this.path}/${target}`, await this.origin()) : target;
    return this.demandGood(url, request);
  }

  /** Whether somebody is let in. @throws InputError where not */
  async enter(): Promise<void> {
    const what = `${this.host}: the way in`;
    (await this.demandGood(new URL('/v2/', await this.origin()), { method: 'GET', what, good: [200] })).close();
  }

  /** Where an answer leads. @throws InputError where that is no place to go */
  locationOf({ headers, url }: Answer, what: string): URL {
    const text = headers.get('location') ?? '';
    if (!text || !URL.canParse(text, url)) throw new InputError(`${what}: ${this.host} leads to ${quoted(text)}`);
    const next = new URL(text, url);
    next.username = next.password = '';
    this.demandAllowed(next, url, what);
    return next;
  }

  /** HTTPS, and HTTP where that may be spoken and HTTPS is not. */
  private origin(): Promise<URL> {
    const plain = new URL(`http://${this.host}`);
    const secure = new URL(`https://${this.host}`);
    const found = async (): Promise<URL> => {
      if (!this.mayBePlain(plain)) return secure;
      try {
        (await exchange(new URL('/v2/', secure), { method: 'GET' }, this.patience)).close();
        return secure;
      } catch (e) {
        if (e instanceof Unreachable) return plain;
        throw e;
      }
    };
    this.base ??= found();
    return this.base;
  }

  private mayBePlain({ hostname, host }: URL): boolean {
    return isLoopback(hostname) || (this.insecure && host === new URL(`http://${this.host}`).host);
  }

  private demandAllowed(url: URL, from: URL | null, what: string): void {
    const refuse = (why: string): never => {
      throw new InputError(`${what}: ${this.host} leads to ${printable(url.origin)}, ${why}`);
    };
    if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('which is not of HTTP');
    if (url.protocol === 'http:' && !this.mayBePlain(url))
      refuse('which anybody on the way could change, as it is plain HTTP');
    if (isThisMachine(url.hostname) && !isThisMachine((from ?? new URL(`http://${this.host}`)).hostname))
      refuse('which is this machine');
  }

  private async demandGood(url: URL, request: Request): Promise<Answer> {
    const harmless = request.method === 'GET' || request.method === 'HEAD';
    for (let attempt = 1; ; attempt++) {
      const last = attempt === ATTEMPTS;
      let answer: Answer;
      try {
        answer = await this.authorized(url, request);
      } catch (e) {
        if (!(e instanceof Broken) || !harmless || last) throw e;
        await this.pause(attempt);
        continue;
      }
      if (request.good.includes(answer.status)) return answer;
      const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
      if (!BUSY.includes(answer.status) || last || seconds * 1000 > LONGEST_PAUSE_MS)
        throw await this.refusal(answer, request.what);
      answer.close();
      await (seconds > 0 ? pause(seconds * 1000, this.signal) : this.pause(attempt));
    }
  }

  private async authorized(url: URL, request: Request): Promise<Answer> {
    const answer = await this.followed(url, request);
    if (answer.status !== 401 || answer.url.origin !== (await this.origin()).origin) return answer;
    // A token may also have become too old.
    if (!(await this.authority.meet(answer, this.path && `repository:${this.path}:${this.scope}`))) return answer;
    answer.close();
    return this.followed(url, request);
  }

  private async followed(first: URL, request: Request): Promise<Answer> {
    const seen = new Set<string>();
    const { origin } = await this.origin();
    const { method, body } = request;
    for (let url = first; ; ) {
      seen.add(url.href);
      const { header } = this.authority;
      const headers = { ...request.headers, ...(header && url.origin === origin && { authorization: header }) };
      const answer = await exchange(url, { method, headers, ...(body !== undefined && { body }) }, this.patience);
      if (!MOVED.includes(answer.status)) return answer;
      answer.close();
      if (!KEEPS.includes(answer.status) && method !== 'GET' && method !== 'HEAD')
        throw new InputError(
          `${request.what}: ${this.host} answers ${answer.status} to ${method}, which can’t be followed`,
        );
      url = this.locationOf(answer, request.what);
      if (seen.has(url.href)) throw new InputError(`${request.what}: the redirects of ${this.host} lead in a circle`);
      if (seen.size > REDIRECTS)
        throw new InputError(`${request.what}: more than ${REDIRECTS} redirects of ${this.host}`);
    }
  }

  private async refusal(answer: Answer, what: string): Promise<InputError> {
    const { status } = answer;
    let said = '';
    try {
      const text = new TextDecoder().decode(await bytesOf(answer, REFUSAL_BYTES, what));
      const rows = refusals.parse(JSON.parse(text)).errors.map(({ code, message }) => message || code || '');
      said = printable(rows.join('; '));
    } catch (e) {
      this.signal?.throwIfAborted();
      // It need not give a reason, and what can’t be read is none.
      if (e instanceof Unreachable) return e;
    }
    return new InputError(
      `${what}: ${answer.url.host} answers ${status}${said && `: ${said}`}`,
      ADVICE[status]?.(this.host) ?? (status >= 500 ? 'It is in trouble itself; try again later.' : undefined),
    );
  }
}
