/** A program of tests/linux/programs on the kernel of src/linux and on a real one in the lab's machine. */
import { readFileSync } from 'node:fs';
import type { Booted } from './kernels.ts';
import { bootLinux, installFile, type Ran, runLinux } from './linux.ts';
import { buildPrograms } from './linux-programs.ts';

/** What it prints here, and there. */
export async function onBoth({ sh }: Booted, name: string): Promise<{ readonly here: Ran; readonly there: string }> {
  const program = readFileSync((await buildPrograms([name])).get(name)!);
  const put = await sh('mkdir -p /tmp && cat > /tmp/program && chmod 755 /tmp/program', { input: program });
  const run = await sh('cd /tmp && /tmp/program');
  if (put.code !== 0 || run.code !== 0) throw new Error(`${name} on the real kernel: ${put.stderr}${run.stderr}`);
  const host = await bootLinux();
  installFile(host, '/bin/program', program);
  return { here: await runLinux(host, { argv: ['/bin/program'] }), there: run.stdout };
}
