/** The lab on a platform: what `createLab` gives, in Node and in browsers. */
import type { Lab } from './api.ts';
import { compare } from './compare.ts';
import { laws } from './laws/check.ts';
import type { Platform } from './platform.ts';
import { Runner } from './runner.ts';
import { sweep } from './sweep.ts';

const RUN_TIMEOUT_MS = 24 * 3_600_000;

/** A lab whose workers are started when first needed. */
export function labOn(platform: Platform): Lab {
  const runner = new Runner(platform);
  return {
    compare: (request, control = {}) => compare(platform, runner, request, control),
    sweep: (request, control = {}) => sweep(platform, runner, request, control),
    laws: (request = {}, control = {}) => laws(platform, runner, request, control),
    run: (image, config, options, control = {}) =>
      runner.lane(0).runGuest(
        image,
        config,
        { ...options, timeoutMs: options.timeoutMs ?? RUN_TIMEOUT_MS },
        {
          signal: control.signal,
          onProgress: ({ instret }) => control.onEvent?.({ kind: 'progress', what: 'run', instret }),
        },
      ),
    close: () => runner.close(),
  };
}
