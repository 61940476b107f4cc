/** Debian's busybox, applet by applet: what each prints here is what it prints under qemu-riscv64. */
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QEMU_USER } from '../../bench/qemu.ts';
import { cacheDirectory, findBusybox } from '../../src/cli/linux/cache.ts';
import type { LinuxHost } from '../../src/machine/programs.ts';
import {
  bootLinux,
  hasQemuUser,
  installFile,
  installFiles,
  NO_QEMU_USER,
  type Ran,
  runLinux,
} from '../support/linux.ts';
import { writeFiles } from '../support/linux-files.ts';
import { APPLETS, EXECUTING, LEFT_OUT } from './busybox-rows.ts';

const BUSYBOX = findBusybox(cacheDirectory());
if (BUSYBOX === null) console.warn('there is no busybox: `npx trapframe linux --fetch`; its tests are skipped');
if (!hasQemuUser) console.warn(NO_QEMU_USER);

const VARIABLES = ['HOME=/', 'LC_ALL=C', 'TZ=UTC'];

let folder: string;
/** Where nothing but applets is found: QEMU can't execute a program of another architecture, so each is a script that runs it on QEMU. */
let bin: string;
let program: string;
let host: LinuxHost;

/** The applet's script under QEMU, in a directory of its own. */
function there(script: string): Promise<Ran> {
  const cwd = mkdtempSync(join(folder, 'run-'));
  writeFiles(cwd);
  return new Promise((resolve) => {
    const child = execFile(
      QEMU_USER,
      [...[`PATH=${bin}`, ...VARIABLES].flatMap((v) => ['-E', v]), program, 'sh', '-c', script],
      { cwd, timeout: 30_000 },
      (error, output, errors) =>
        resolve({
          output,
          errors,
          status: error?.signal ? constants.signals[error.signal] : Number(error?.code ?? 0) << 8,
        }),
    );
    child.stdin!.end();
  });
}

/** What it printed under QEMU, by script. */
const answers = new Map<string, Promise<Ran>>();

let runs = 0;

async function here(script: string): Promise<Ran> {
  const cwd = `/tmp/run-${++runs}`;
  host.system.makeDirectories(cwd);
  installFiles(host, cwd);
  return runLinux(host, {
    argv: ['busybox', 'sh', '-c', script],
    path: '/bin/busybox',
    cwd,
    env: ['PATH=/nowhere', ...VARIABLES],
  });
}

const ROWS = Object.entries(APPLETS).flatMap(([applet, scripts]) => scripts.map((script) => [applet, script] as const));

describe.skipIf(BUSYBOX === null || !hasQemuUser)('busybox', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'trapframe-busybox-'));
    program = join(folder, 'busybox');
    copyFileSync(BUSYBOX!, program);
    chmodSync(program, 0o755);
    host = await bootLinux({ memory: 64 * 2 ** 20, engine: 'interp' });
    installFile(host, '/bin/busybox', readFileSync(program));
    bin = join(folder, 'bin');
    mkdirSync(bin);
    const qemu = execFileSync('sh', ['-c', `command -v ${QEMU_USER}`], { encoding: 'utf8' }).trim();
    for (const name of Object.keys(APPLETS)) {
      writeFileSync(join(bin, name), `#!/bin/sh\nexec ${qemu} -0 '${name}' ${program} "$@"\n`, { mode: 0o755 });
    }
    // Half of the work is the other's: it begins before the first is asked for.
    const rows = ROWS.map(([, script]) => script);
    const worker = async (): Promise<void> => {
      for (let script = rows.shift(); script !== undefined; script = rows.shift()) {
        const answer = there(script);
        answers.set(script, answer);
        await answer;
      }
    };
    void worker();
    void worker();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('has each of its applets in the table, or a reason why not', async () => {
    const { output } = await runLinux(host, { argv: ['busybox', '--list'], path: '/bin/busybox' });
    const known = new Set([
      ...Object.keys(APPLETS),
      ...EXECUTING.map(([applet]) => applet),
      ...Object.values(LEFT_OUT).flat(),
    ]);
    expect(output.trim().split('\n').length).toBeGreaterThan(200);
    expect(
      output
        .trim()
        .split('\n')
        .filter((applet) => !known.has(applet)),
    ).toEqual([]);
  });

  it.each(ROWS)('prints what it prints under QEMU: %s: %s', async (_, script) => {
    const [expected, got] = [await (answers.get(script) ?? there(script)), await here(script)];
    expect(got).toEqual(expected);
  });

  it.each(EXECUTING)('executes another program: %s: %s', async (_, script, output) => {
    expect(await here(script)).toEqual({ output, errors: '', status: 0 });
  });
});
