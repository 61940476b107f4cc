/** Jobs of the compiler: what is out of date is made, a few at a time. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Stamps } from './stamps.ts';
import { zigCc, zigVersion } from './zig.ts';

/** One call of the compiler. */
export interface Job {
  readonly target: string;
  readonly flags: readonly string[];
  readonly sources: readonly string[];
  /** Files that are read besides the sources. */
  readonly reads: readonly string[];
}

/** Compilers at a time: each is itself parallel, and small machines have two cores. */
const PARALLEL = 2;

/** The folder of package.json, from the sources and from their compiled copies alike. */
export function findRoot(): string {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(dir, 'package.json'))) dir = path.dirname(dir);
  return dir;
}

/** Makes what is out of date. Rejects with the compiler's messages. */
export async function runJobs(
  root: string,
  jobs: readonly Job[],
  stamps: Stamps,
  say: (line: string) => void,
): Promise<void> {
  const version = zigVersion();
  const queue = [...jobs];
  const work = async (): Promise<void> => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const key = Stamps.key(root, [version, ...job.flags], [...job.sources, ...job.reads]);
      if (stamps.fresh(root, job.target, key)) continue;
      mkdirSync(path.join(root, path.dirname(job.target)), { recursive: true });
      say(`building ${job.target}`);
      /* Complete or not there: another build may run beside this one. */
      const unfinished = `${job.target}.${process.pid}`;
      try {
        await zigCc([...job.flags, ...job.sources, '-o', unfinished], root);
        renameSync(path.join(root, unfinished), path.join(root, job.target));
      } catch (error) {
        queue.length = 0;
        throw new Error(`${job.target}: ${(error as Error).message}`);
      }
      stamps.note(job.target, key);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}
