/** What runs a workload under an environment: which build of it, and in what; or why nothing does. */
import type { ProgramHosting } from '../abi/program.ts';
import { type Build, buildsOf, type Workload } from '../abi/workloads.ts';
import type { Environment } from './environments.ts';

export type Hosted =
  | { readonly build: 'guest' | 'native' }
  | { readonly build: 'linux' | 'wasi'; readonly hosting: ProgramHosting }
  | { readonly lacking: string };

const BUILD: Readonly<Record<Environment['hosting'], Build>> = {
  machine: 'guest',
  native: 'native',
  process: 'linux',
  container: 'linux',
  linux: 'linux',
  wsl2: 'linux',
  wasi: 'wasi',
};

const LACKING: Readonly<Record<Build, string>> = {
  guest: 'is no program of the guest kernel, and the paravirtual interface is no real Linux’s',
  native: 'needs a kernel and has no direct WebAssembly build',
  linux: 'is no program of Linux',
  wasi: 'is no program of WASI',
};

/** A workload that the guest kernel lacks runs on a real Linux there, under every strategy but the paravirtual one. */
export function hostedBy(workload: Workload, { hosting, image }: Environment): Hosted {
  const builds = buildsOf(workload);
  if (workload.measure === 'boot' && (hosting !== 'machine' || image !== 'kernel'))
    return { lacking: `${workload.id}: no system boots here` };
  const build = BUILD[hosting];
  if (build === 'guest' && !builds.includes(build) && builds.includes('linux') && image === 'kernel')
    return { build: 'linux', hosting: 'linux' };
  if (workload.pair && hosting === 'wsl2')
    return { lacking: `${workload.id}: distributions of a light VM share one network` };
  if (!builds.includes(build)) return { lacking: `${workload.id} ${LACKING[build]}` };
  return build === 'guest' || build === 'native' ? { build } : { build, hosting: hosting as ProgramHosting };
}

/** Whether it needs a kernel that is not built here. */
export const needsKernel = (hosted: Hosted): boolean =>
  'hosting' in hosted && (hosted.hosting === 'linux' || hosted.hosting === 'wsl2');
