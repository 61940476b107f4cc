/** Kernels and userland of the cache for the page that a local server shows: read-only, and nothing else of the cache. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cacheDirectory, findBusybox, findKernel, KERNELS } from './cache.ts';

/** Below this path of the page. */
export const LOCAL = '/local/linux/';

interface LocalFile {
  readonly name: string;
  readonly about: string;
  readonly file: string;
}

function files(): LocalFile[] {
  const cache = cacheDirectory();
  const kernels = KERNELS.flatMap((kind) => {
    const found = findKernel(cache, kind);
    return found ? [{ name: kind, about: found.about, file: found.file }] : [];
  });
  const busybox = findBusybox(cache);
  return [...kernels, ...(busybox ? [{ name: 'busybox', about: 'the userland', file: busybox }] : [])];
}

/** Answers `list.json` and the files it names; anything else is passed on. */
export function serveLocalLinux(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  if (!path.startsWith(LOCAL)) {
    next();
    return;
  }
  const name = path.slice(LOCAL.length);
  const known = files();
  const found = known.find((f) => f.name === name);
  if (name === 'list.json') {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(known.map(({ name, about }) => ({ name, about }))));
  } else if (found) {
    response.setHeader('Content-Type', 'application/octet-stream');
    response.end(readFileSync(found.file));
  } else {
    response.statusCode = 404;
    response.end();
  }
}
