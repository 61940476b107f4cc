/** A lock file: it names its holder, and is void when that one is dead. */
import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nobody needs it for longer; what is older was left by a process whose number was given anew. */
const OLDEST_MS = 30_000;
const PAUSE_MS = 20;

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Takes the lock, or says that a living process has it. */
function take(file: string): boolean {
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeSync(handle, String(process.pid));
    closeSync(handle);
    return true;
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw e;
  }
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    const age = Date.now() - statSync(file).mtimeMs;
    // Just made, and not yet written to.
    if (!holder && age < 1000) return false;
    if (!holder || !isAlive(holder) || age > OLDEST_MS) rmSync(file, { force: true });
  } catch {
    // Given back meanwhile.
  }
  return false;
}

/** Does something that one process at a time may do. Rejects after `deadline` milliseconds of waiting. */
export async function locked<T>(file: string, deadline: number, work: () => Promise<T>): Promise<T> {
  const end = Date.now() + deadline;
  while (!take(file)) {
    if (Date.now() > end) throw new Error(`${file}: another process has held this lock for ${deadline / 1000} s`);
    await sleep(PAUSE_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
