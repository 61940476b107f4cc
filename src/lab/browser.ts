/** The lab in a browser. */
import type { Lab } from './api.ts';
import { type BrowserOptions, browserPlatform } from './browser/platform.ts';
import { labOn } from './lab.ts';

/**
 * Makes a lab whose machines run in Web Workers.
 *
 *     const lab = createLab({ version: '0.1.0', base: new URL('assets/', location.href) });
 *     const result = await lab.compare({ workloads: ['fork'], environments: ['shadow', 'nested'], quick: true });
 */
export const createLab = (options: BrowserOptions): Lab => labOn(browserPlatform(options));
