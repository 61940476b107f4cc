/** Programs of tests/linux/programs, built for riscv64-linux-musl or for this host. */
import { join } from 'node:path';
import { runJobs } from '../../bench/toolchain/jobs.ts';
import { Stamps } from '../../bench/toolchain/stamps.ts';
import { projectRoot } from './machine.ts';

const OUT = 'build/tests/linux';
const FLAGS = ['-O1', '-static', '-w', '-fno-sanitize=all', '-s'];
const TARGETS = { riscv64: 'riscv64-linux-musl', x64: 'x86_64-linux-musl', arm64: 'aarch64-linux-musl' } as const;
type Target = keyof typeof TARGETS;

/** What programs of this host's own kernel are built for; null: it is no Linux we have a compiler for. */
export const hostTarget: Target | null =
  process.platform === 'linux' && process.arch in TARGETS ? (process.arch as Target) : null;

/** Compiles what is out of date; the first program brings the C library, which takes a minute. Their paths, by name. */
export async function buildPrograms(
  names: readonly string[],
  architecture: Target = 'riscv64',
): Promise<ReadonlyMap<string, string>> {
  const root = projectRoot();
  const folder = 'tests/linux/programs';
  const jobs = names.map((name) => ({
    target: architecture === 'riscv64' ? `${OUT}/${name}` : `${OUT}/${architecture}-${name}`,
    flags: ['-target', TARGETS[architecture], ...FLAGS],
    sources: [`${folder}/${name}.c`],
    reads: [`${folder}/check.h`],
  }));
  await runJobs(root, jobs, new Stamps(join(root, OUT, 'stamps.json')), () => {});
  return new Map(jobs.map(({ target }, i) => [names[i]!, join(root, target)]));
}
