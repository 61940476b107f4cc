/** Workloads as static Linux processes of RISC-V, for emulators of user mode. */
import path from 'node:path';
import type { Workload } from '../../src/abi/workloads.ts';
import { findRoot, runJobs } from './jobs.ts';
import { filesBelow, Stamps } from './stamps.ts';
import { LINUX_FLAGS } from './zig.ts';

const OUT = 'build/user-mode';

/**
 * Builds what is out of date, with the flags of the guest's programs, and returns the file of each workload. Rejects with
 * the compiler's messages.
 */
export async function buildLinuxPrograms(workloads: readonly Workload[]): Promise<ReadonlyMap<string, string>> {
  const root = findRoot();
  const library = [
    ...filesBelow(root, 'bench/user-mode', ['.c', '.S']),
    'bench/user/lib/memory.c',
    'bench/user/lib/text.c',
  ];
  const folders = ['bench/include', 'bench/user/lib', 'bench/workloads'];
  const jobs = workloads.map(({ id, program }) => ({
    target: `${OUT}/${id}`,
    flags: [...LINUX_FLAGS, ...folders.map((folder) => `-I${folder}`)],
    sources: [`bench/workloads/${program}.c`, ...library],
    reads: folders.flatMap((folder) => filesBelow(root, folder, ['.h'])),
  }));
  await runJobs(root, jobs, new Stamps(path.join(root, OUT, 'stamps.json')), () => {});
  return new Map(jobs.map(({ target }, i) => [workloads[i]!.id, path.join(root, target)]));
}
