/** The lab's engines in the workers of a page in Chromium. */
import { InputError } from '../../src/abi/errors.ts';
import { CHROMIUM, Site } from '../browser.ts';
import { findRoot } from '../toolchain/jobs.ts';
import type { Run, RunRequest } from './engines.ts';
import type { Place } from './place.ts';

const PAGE = 'bench/engines/page/index.html';

/** What the page offers as its global `bench`. */
export interface PageApi {
  run(request: RunRequest): Promise<Run>;
  about(): Promise<Pick<Place, 'host' | 'trapframe' | 'coreSha256'>>;
}

/** Throws InputError where there is no Chromium; `signal` closes it, whereupon what runs rejects. */
export async function browserPlace(signal: AbortSignal): Promise<Place> {
  if (CHROMIUM === null) throw new InputError('no Chromium was found', 'Set CHROMIUM to its path.');
  const site = new Site(findRoot());
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => (closing ??= site.close());
  signal.addEventListener('abort', () => void close(), { once: true });
  try {
    await site.start(PAGE);
    const { page, errors } = await site.open(`${await site.serve(true)}${PAGE}`);
    // The function runs in the page, where `bench` is.
    const call = <R>(method: keyof PageApi, argument?: RunRequest): Promise<R> =>
      page
        .evaluate(
          ([name, value]) =>
            (globalThis as unknown as { bench: Record<string, (v: unknown) => R> }).bench[name!]!(value),
          [method, argument ?? null] as [string, RunRequest | null],
        )
        .catch((error: unknown) => {
          signal.throwIfAborted();
          throw new Error([(error as Error).message.split('\n')[0], ...errors].join('; '));
        }) as Promise<R>;
    await page.waitForFunction('globalThis.bench');
    return {
      hosts: [{ engines: ['native', 'interp', 'jit'], run: (request) => call('run', request), close }],
      ...(await call<Awaited<ReturnType<PageApi['about']>>>('about')),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
