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
async function persistently<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
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

/** Bytes that an upload has, by the answer to a piece of it. */
const arrived = ({ headers }: Answer): number => {
  const range = /^(?:bytes=)?0-(\d+)$/.exec(headers.get('range') ?? '');
  return range ? Number(range[1]) + 1 : 0;
};

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
  const begun = await connection.request('blobs/uploads/', { method: 'POST', what, good: [202] });
  begun.close();
  let place = connection.locationOf(begun, what);
  const piece = Math.min(Math.max(Number(begun.headers.get('oci-chunk-min-length')) || 0, PIECE), LARGEST_PIECE);
  let done = 0;
  try {
    await persistently(connection, async () => {
      while (done < size) {
        const bytes = new Uint8Array(Math.min(piece, size - done));
        content.read(done, bytes);
        const answer = await connection
          .request(place, {
            method: 'PATCH',
            headers: {
              'content-type': 'application/octet-stream',
              'content-range': `${done}-${done + bytes.length - 1}`,
            },
            body: bytes,
            what,
            good: [202],
          })
          .catch(async (e: unknown) => {
            if (!(e instanceof Unreachable)) throw e;
            // How much of it came is known to the registry alone.
            await connection.pause(0);
            return connection.request(place, { method: 'GET', what, good: [202, 204] });
          });
        answer.close();
        place = connection.locationOf(answer, what);
        const now = arrived(answer);
        if (now > size || now < done)
          throw new InputError(
            `${what}: the registry says it has ${now} bytes of it where ${done + bytes.length} were sent`,
          );
        if (now === done) throw new Unreachable(`${what}: the registry takes nothing of it`, 'Push it again.');
        done = now;
        tell(done);
      }
    });
    const last = new URL(place);
    last.searchParams.set('digest', digest);
    const kept = await connection.request(last, {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      what,
      good: [201, 204],
    });
    kept.close();
    return true;
  } catch (e) {
    await forget(connection, place);
    throw e;
  }
}

/** Lets the registry drop what came of an upload; it does so by itself too, in time. */
async function forget(connection: Connection, place: URL): Promise<void> {
  try {
    (await connection.request(place, { method: 'DELETE', what: 'the upload', good: [204, 202, 200, 404] })).close();
  } catch {
    // What made it fail is told.
  }
}
