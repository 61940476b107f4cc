/** One exchange of HTTP by `fetch`: every wait has a deadline, and what goes wrong is said in words. */
import { joined } from '../../../abi/bytes.ts';
import { InputError } from '../../../abi/errors.ts';

/** The other side can’t be reached, or was gone before it had said all: another attempt may do. */
export class Unreachable extends InputError {}

/** The connection was there, and is no more. */
export class Broken extends Unreachable {}

export interface Exchange {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

/** How long to wait, for the first of an answer and for each further piece, and what stops it all. */
export interface Patience {
  readonly waitMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly url: URL;
  /** What it has to say, piece by piece. */
  pieces(): AsyncGenerator<Uint8Array>;
  /** Lets go of what was not read. */
  close(): void;
}

/** Reasons by the codes of Node and of its fetch. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name can’t be looked up now',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
};

const BREAKS: readonly string[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/;

/** Bytes of a request that even a slow way takes in a millisecond: so much longer the answer may take. */
const SLOWEST = 32;

class Late extends Error {}

function explained(error: unknown, url: URL): Error {
  if (error instanceof Late) return new Unreachable(`${url.host}: ${error.message}`);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = String((cause as { code?: unknown }).code ?? '');
  const said = cause instanceof Error ? cause.message : String(cause);
  if (CERTIFICATE.test(code))
    return new InputError(
      `${url.host}: its certificate is not trusted: ${said}`,
      'Set NODE_EXTRA_CA_CERTS to a file with the certificate of who signed it.',
    );
  if (BREAKS.includes(code)) return new Broken(`${url.host} broke the connection off`, 'Try it again.');
  return new Unreachable(
    `${url.host} can’t be spoken with: ${REASONS[code] ?? said}`,
    'Look whether the name and the port are right, and whether the network is there.',
  );
}

/**
 * Sends a request, and gives the answer once its headers are there; redirects are answers too.
 * @throws Unreachable where there is none in time; the signal’s reason where that stops it
 */
export async function exchange(
  url: URL,
  { method, headers = {}, body }: Exchange,
  { waitMs, signal }: Patience,
): Promise<Answer> {
  signal?.throwIfAborted();
  const control = new AbortController();
  const stop = (): void => control.abort(signal?.reason);
  signal?.addEventListener('abort', stop, { once: true });
  const close = (): void => {
    signal?.removeEventListener('abort', stop);
    control.abort();
  };
  const inTime = async <T>(work: Promise<T>, ms = waitMs): Promise<T> => {
    const timer = setTimeout(() => control.abort(new Late(`it was silent for ${ms / 1000} s`)), ms);
    try {
      return await work;
    } catch (e) {
      signal?.removeEventListener('abort', stop);
      signal?.throwIfAborted();
      throw explained(control.signal.aborted ? control.signal.reason : e, url);
    } finally {
      clearTimeout(timer);
    }
  };
  const response = await inTime(
    fetch(url, {
      method,
      // Digests are of what is stored, not of how it travels.
      headers: { 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: control.signal,
      ...(body !== undefined && { body }),
    }),
    waitMs + Math.ceil((body?.length ?? 0) / SLOWEST),
  );
  return {
    status: response.status,
    headers: response.headers,
    url,
    async *pieces() {
      const reader = response.body?.getReader();
      try {
        while (reader) {
          const { value, done } = await inTime(reader.read());
          if (done) return;
          yield value;
        }
      } finally {
        close();
      }
    },
    close,
  };
}

/** All an answer says. @throws InputError where that is more than `most` bytes */
export async function bytesOf(answer: Answer, most: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.pieces()) {
    size += part.length;
    if (size > most) throw new InputError(`${what} has more than ${most} bytes, which are allowed`);
    parts.push(part);
  }
  return joined(parts);
}

/** Resolves after some time. @throws the signal’s reason where that stops it */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((go, fail) => {
    const stop = (): void => {
      clearTimeout(timer);
      fail(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      go();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
