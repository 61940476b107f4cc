/** The page in which `npm run bench:engines -- --browser` runs: the lab's engines in the page's workers. */
import { browserPlatform } from '../../../src/lab/browser/platform.ts';
import { hostInfo } from '../../../src/lab/head.ts';
import type { PageApi } from '../browser-place.ts';
import { labHost } from '../lab-host.ts';

declare const __VERSION__: string;

const platform = browserPlatform({ version: __VERSION__, base: new URL('/build/', self.location.href) });
const host = labHost(platform);

const api: PageApi = {
  run: (request) => host.run(request),
  about: async () => ({
    host: hostInfo(platform),
    trapframe: platform.version,
    coreSha256: (await platform.core()).sha256,
  }),
};

Object.assign(globalThis, { bench: api });
