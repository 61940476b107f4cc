/** Trapframe as a library for Node. In a browser, import src/lab/browser.ts instead. */
import type { Lab } from './lab/api.ts';
import { labOn } from './lab/lab.ts';
import { type FindLinux, nodePlatform } from './lab/node/platform.ts';

export type { MachineConfig } from './abi/config.ts';
export { InputError, isInputError } from './abi/errors.ts';
export type { Profile } from './abi/profile.ts';
export * from './abi/result.ts';
export { WORKLOADS } from './abi/workloads.ts';
export * from './lab/api.ts';
export { ENVIRONMENTS } from './lab/environments.ts';
export { parseProfile, profileByName } from './lab/profile.ts';
export { parseRange } from './lab/range.ts';

export interface LabOptions {
  /** The checkout whose build/ and dist/ are used; found by itself when left out. */
  readonly root?: string;
  /** Where a real Linux kernel is; without one, workloads that need one are left out. */
  readonly findLinux?: FindLinux;
}

/**
 * Makes a lab whose machines run in worker threads. The machine and the guests must have been built (`npm run setup`).
 *
 *     import { createLab } from 'trapframe';
 *
 *     const lab = createLab();
 *     try {
 *       const result = await lab.compare({ workloads: ['fork', 'gups'], environments: ['bare', 'shadow', 'nested'] });
 *       for (const cell of result.cells) console.log(cell.workload, cell.environment, cell.modelled?.perIteration);
 *     } finally {
 *       await lab.close();
 *     }
 */
export const createLab = (options: LabOptions = {}): Lab => labOn(nodePlatform(options.root, options.findLinux));
