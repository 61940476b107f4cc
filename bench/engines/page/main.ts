/** The page in which `npm run bench:engines -- --browser` runs: the lab's engines in the page's workers. */
import { browserPlatform } from '../../../src/lab/browser/platform.ts';
import type { PageApi } from '../browser-place.ts';
import { about, labHost } from '../lab-host.ts';

declare const __VERSION__: string;

const platform = browserPlatform({ version: __VERSION__, base: new URL('/build/', self.location.href) });
const host = labHost(platform);

const api: PageApi = {
  run: (request) => host.run(request),
  about: () => about(platform),
};

Object.assign(globalThis, { bench: api });
