/** Obtaining something once with its progress told, as options ask for it. */
import type { Context } from './context.ts';
import { cacheDirectory } from './linux/cache.ts';
import type { ObtainOptions } from './linux/obtain.ts';
import type { Options } from './options/common.ts';

/** The first release of Debian with riscv64 packages whose index verifies on every mirror that was tried. */
export const DEFAULT_SUITE = 'forky';

/** Milliseconds between two lines of progress where the stream is no terminal. */
const EVERY_MS = 15_000;

/** Says how far the work is: one line that rewrites itself at a terminal, a line now and then elsewhere. */
export function teller({ stderr }: Context, quiet: boolean): { tell: ObtainOptions['progress']; end: () => void } {
  let last = '';
  let told = 0;
  return {
    tell: (what, done) => {
      const now = Date.now();
      if (quiet || (what === last && now - told < (stderr.isTTY ? 100 : EVERY_MS))) return;
      last = what;
      told = now;
      const line = `${what}${done === null ? ' …' : `: ${Math.round(done * 100)} %`}`;
      stderr.write(stderr.isTTY ? `\r\x1b[2K${line}` : `${line}\n`);
    },
    end: () => {
      if (stderr.isTTY && last) stderr.write('\r\x1b[2K');
    },
  };
}

/** Does the work of obtaining with what --mirror, --suite and --quiet say. */
export function obtaining<T>(
  options: Options,
  context: Context,
  work: (request: ObtainOptions) => Promise<T>,
): Promise<T> {
  const { tell, end } = teller(context, options.quiet === true);
  return work({
    cache: cacheDirectory(),
    root: context.root,
    mirror: (options.mirror as string | undefined) ?? null,
    suite: String(options.suite),
    signal: context.signal,
    progress: tell,
  }).finally(end);
}
