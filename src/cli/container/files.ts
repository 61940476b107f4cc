/** Files of containers on the way in and out: archives, and images made of what a container changed. */

import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import { type NewEntry, writeTar } from '../../image/tar-write.ts';
import type { Container } from '../../machine/container/container.ts';
import type { Entry } from '../../machine/container/entry.ts';
import { findPlace, type Place } from '../../machine/container/places.ts';
import { statOf } from '../../machine/container/stat.ts';
import { changed } from '../../machine/images/changes.ts';
import type { ImageStore } from '../../machine/images/store.ts';
import { treeEntries } from '../../machine/images/tree.ts';
import { HttpError, type Request } from '../daemon/server.ts';

/** The largest archive that is taken at once. */
const LARGEST = 2 ** 30;

type Root = Parameters<Parameters<Container['withFiles']>[0]>[0];

/** What a path of a container names, and its own name. */
export function placeOf(root: Root, path: string, follow = true): Place {
  const found = findPlace(root, path, follow);
  if (!found) throw new HttpError(404, `there is no ${path} in the container`);
  return found;
}

/** What a path of a container is, as `docker cp` wants to know it before. */
export function statHeader(root: Root, path: string): Readonly<Record<string, string>> {
  const stat = statOf(root, placeOf(root, path, false), path);
  return { 'x-docker-container-path-stat': Buffer.from(JSON.stringify(stat)).toString('base64') };
}

/** Resolves when more may be written, or nobody reads any more. */
export function drained(out: Writable): Promise<void> {
  return new Promise((go) => {
    const over = (): void => {
      out.off('drain', over).off('close', over);
      go();
    };
    out.on('drain', over).on('close', over);
  });
}

/** Answers with an archive, as fast as it is read. */
export async function sendTar(
  entries: Iterable<NewEntry>,
  request: Request,
  headers: Readonly<Record<string, string>> = {},
): Promise<null> {
  const out = request.stream('application/x-tar', headers);
  for (const chunk of writeTar(entries)) {
    if (request.signal.aborted) break;
    if (!out.write(chunk)) await drained(out);
  }
  out.end();
  return null;
}

export async function bodyBytes(body: IncomingMessage): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of body) {
    parts.push(part as Buffer);
    length += (part as Buffer).length;
    if (length > LARGEST) throw new HttpError(413, `the archive has more than ${LARGEST} bytes`);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Makes an image of a container: its own layer upon those of its image, or of a root folder all of it. */
export async function commit(
  store: ImageStore,
  { opened, args, container }: Entry,
  names: readonly string[],
  {
    comment,
    author,
    changes,
    now,
  }: { readonly comment: string; readonly author: string; readonly changes: readonly string[]; readonly now: number },
): Promise<string> {
  const createdBy = args.join(' ');
  const about = { names, createdBy, ...(comment && { comment }), ...(author && { author }) };
  if (opened.base.imageId) {
    const edit = (config: Parameters<typeof changed>[0]) => changed(config, changes);
    return (await store.commit(opened.base.imageId, treeEntries(opened.upper), { ...about, edit })).id;
  }
  const { env, cwd } = container.spec.process;
  const record = await store.build(treeEntries(opened.root.fs.root), {
    ...about,
    what: opened.base.name,
    platform: { os: 'linux', architecture: 'riscv64' },
    config: changed({ Env: env.filter((e) => !/^(HOSTNAME|TERM)=/.test(e)), Cmd: [...args], WorkingDir: cwd }, changes),
    created: new Date(now).toISOString(),
  });
  return record.id;
}
