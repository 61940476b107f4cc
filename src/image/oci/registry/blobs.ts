/** Blobs from a registry and to one: checked as they come, gone on with where a connection breaks. */
import { InputError } from '../../../abi/errors.ts';
import type { Source } from '../../source.ts';
import { Digester, demandDigest } from '../digest.ts';
import type { Descriptor } from '../schema.ts';
import type { Connection } from './connection.ts';
import { type Answer, Unreachable } from './exchange.ts';

/** Where bytes go as they come. */
export interface Sink {
  append(bytes: Uint8Array): void;
}

/** Told how many bytes are done. */
export type Tell = (done: number) => void;

/** Times a broken connection is made anew for one blob. */
const ATTEMPTS = 8;
/** Bytes that are sent at once, where the registry does not want more. */
const PIECE = 8 * 2 ** 20;
const LARGEST_PIECE = 128 * 2 ** 20;

/** Does something until the connection holds; `work` goes on where it was. */
async function persistently(connection: Connection, work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (e) {
      if (!(e instanceof Unreachable) || attempt === ATTEMPTS) throw e;
      await connection.pause(attempt);
    }
  }
}

/** Where the bytes of an answer begin. */
function beginningOf(answer: Answer, from: number, { size }: Descriptor, what: string): number {
  const refuse = (total: string): never => {
    answer.close();
    throw new InputError(
      `${what}: the registry has ${total} bytes of it where ${size} were promised`,
      'Its manifest or its storage is damaged; nothing was kept.',
    );
  };
  const length = answer.headers.get('content-length');
  if (answer.status === 200) {
    // It knows no ranges, and sends everything again.
    if (length !== null && Number(length) !== size) refuse(length);
    return 0;
  }
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers.get('content-range') ?? '');
  const total = range?.[2] ?? '*';
  if (answer.status === 416)
    refuse(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? `less than ${from}`);
  if (total !== '*' && Number(total) !== size) refuse(total);
  if (Number(range?.[1]) !== from) {
    answer.close();
    throw new InputError(`${what}: the registry was asked to go on at byte ${from}, and does not`);
  }
  return from;
}

/**
 * Gets a blob.
 * @throws InputError where it is not of the size and the content that were promised; what `sink` has is worth nothing then
 */
export async function getBlob(
  connection: Connection,
  one: Descriptor,
  sink: Sink,
  what: string,
  tell: Tell = () => {},
): Promise<void> {
  const digester = new Digester();
  let done = 0;
  await persistently(connection, async () => {
    const answer = await connection.request(`blobs/${one.digest}`, {
      method: 'GET',
      what,
      good: done ? [200, 206, 416] : [200],
      ...(done && { headers: { range: `bytes=${done}-` } }),
    });
    let at = beginningOf(answer, done, one, what);
    for await (const piece of answer.pieces()) {
      at += piece.length;
      if (at > one.size)
        throw new InputError(`${what}: the registry sends more than the ${one.size} bytes that were promised`);
      if (at <= done) continue;
      const fresh = piece.subarray(Math.max(0, piece.length - (at - done)));
      sink.append(fresh);
      digester.update(fresh);
      done = at;
      tell(done);
    }
    if (done < one.size) throw new Unreachable(`${what}: ${done} of ${one.size} bytes came`, 'Pull it again.');
  });
  demandDigest(what, digester.digest(), one.digest);
}

/** Bytes that an upload has by an answer, which may leave it out; that of none and that of one are written alike. */
function arrived({ headers }: Answer, otherwise: number, one: 0 | 1): number {
  const range = /^(?:bytes=)?0-(\d+)$/.exec(headers.get('range') ?? '');
  if (!range) return otherwise;
  return Number(range[1]) + 1 === 1 ? one : Number(range[1]) + 1;
}

/** Sends a blob, unless the registry has it. Resolves to whether it was sent. */
export async function putBlob(
  connection: Connection,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  content: Source,
  what: string,
  tell: Tell = () => {},
): Promise<boolean> {
  const there = await connection.request(`blobs/${digest}`, { method: 'HEAD', what, good: [200, 404] });
  there.close();
  if (there.status === 200) return false;
  const upload = new Upload(connection, content, size, what, tell);
  try {
    await persistently(connection, () => upload.send());
    await upload.finish(digest);
    return true;
  } catch (e) {
    await upload.forget();
    throw e;
  }
}

/** One blob on its way to a registry, in pieces. */
class Upload {
  private readonly connection: Connection;
  private readonly content: Source;
  private readonly size: number;
  private readonly what: string;
  private readonly tell: Tell;
  /** Where its next piece goes; null: it has not begun, or has to begin anew. */
  private place: URL | null = null;
  private piece = PIECE;
  private done = 0;

  constructor(connection: Connection, content: Source, size: number, what: string, tell: Tell) {
    this.connection = connection;
    this.content = content;
    this.size = size;
    this.what = what;
    this.tell = tell;
  }

  /** Sends what is left. */
  async send(): Promise<void> {
    this.place ??= await this.begin();
    while (this.done < this.size) {
      const bytes = new Uint8Array(Math.min(this.piece, this.size - this.done));
      this.content.read(this.done, bytes);
      const now = await this.patch(this.place, bytes);
      const sent = this.done + bytes.length;
      if (now > this.size || now < this.done)
        throw new InputError(`${this.what}: the registry says it has ${now} bytes of it where ${sent} were sent`);
      if (now === this.done) throw new Unreachable(`${this.what}: the registry takes nothing of it`, 'Push it again.');
      this.done = now;
      this.tell(now);
    }
  }

  /** @throws InputError where the registry has something else */
  async finish(digest: string): Promise<void> {
    const last = new URL(this.place!);
    last.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    (await this.connection.request(last, { method: 'PUT', headers, what: this.what, good: [201, 204] })).close();
  }

  /** Lets the registry drop what came; it does so by itself too, in time. */
  async forget(): Promise<void> {
    if (!this.place) return;
    const request = { method: 'DELETE', what: this.what, good: [200, 202, 204, 404] };
    try {
      (await this.connection.request(this.place, request)).close();
    } catch {
      // What made it fail is told.
    }
  }

  private async begin(): Promise<URL> {
    const { connection, what } = this;
    const begun = await connection.request('blobs/uploads/', { method: 'POST', what, good: [202] });
    begun.close();
    this.piece = Math.min(Math.max(Number(begun.headers.get('oci-chunk-min-length')) || 0, PIECE), LARGEST_PIECE);
    this.done = 0;
    return connection.locationOf(begun, what);
  }

  /** Sends a piece. Resolves to how many bytes are there; where the connection breaks, the registry alone knows that. */
  private async patch(place: URL, bytes: Uint8Array<ArrayBuffer>): Promise<number> {
    const { connection, what, done } = this;
    const sent = done + bytes.length;
    const headers = { 'content-type': 'application/octet-stream', 'content-range': `${done}-${sent - 1}` };
    try {
      const answer = await connection.request(place, { method: 'PATCH', headers, body: bytes, what, good: [202] });
      return this.next(answer, arrived(answer, sent, sent === 1 ? 1 : 0));
    } catch (e) {
      if (!(e instanceof Unreachable)) throw e;
      await connection.pause(0);
      const answer = await connection.request(place, { method: 'GET', what, good: [202, 204, 400, 404, 416] });
      if (answer.status < 300) return this.next(answer, arrived(answer, 0, 0));
      // Some keep nothing of a piece that did not come whole, nor of those before it.
      answer.close();
      this.place = null;
      throw e;
    }
  }

  private next(answer: Answer, now: number): number {
    answer.close();
    this.place = this.connection.locationOf(answer, this.what);
    return now;
  }
}
