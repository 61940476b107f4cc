/** Debian's own programs, dynamic, on the kernel of src/linux: each prints what it prints under qemu-riscv64. */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { cacheDirectory } from '../../src/cli/linux/cache.ts';
import { findRoot } from '../../src/cli/linux/root.ts';
import type { LinuxHost } from '../../src/machine/programs.ts';
import { bootRoot, hasQemuUser, installFiles, NO_QEMU_USER, runLinux, runQemuUser } from '../support/linux.ts';

const ROOT = findRoot(cacheDirectory());
if (ROOT === null)
  console.warn('Debian’s programs are not here: `npx trapframe process --fetch-root`; tests are skipped');
if (!hasQemuUser) console.warn(NO_QEMU_USER);

/** Programs with their arguments. They begin in a directory with the files of tests/support/linux-files.ts. */
const RUNS: readonly (readonly [name: string, argv: readonly string[]])[] = [
  ['python3', ['/usr/bin/python3', 'script.py']],
  ['sqlite3', ['/usr/bin/sqlite3', 'test.db', '.read script.sql']],
  ['lua', ['/usr/bin/lua5.4', 'script.lua']],
  ['perl', ['/usr/bin/perl', 'script.pl']],
  ['awk', ['/usr/bin/gawk', '-f', 'script.awk', 'table']],
  ['bash', ['/usr/bin/bash', 'script.bash']],
  ['dash', ['/usr/bin/dash', 'script.sh']],
  ['sort', ['/usr/bin/sort', '-t:', '-k3', '-rn', 'people']],
  ['ls', ['/usr/bin/ls', '-l', '--time-style=+', 'words', 'bytes', 'nothing']],
  ['stat', ['/usr/bin/stat', '-c', '%n %s %F %a %h', 'words', 'bytes']],
  ['sha256sum', ['/usr/bin/sha256sum', 'words', 'bytes']],
  ['factor', ['/usr/bin/factor', '18446744073709551617', '1000000007']],
  ['grep', ['/usr/bin/grep', '-nE', '(p|r){2}', 'words', 'people']],
  ['sed', ['/usr/bin/sed', '-n', 's/^\\([^:]*\\):.*:\\([^:]*\\)$/\\2 \\1/p', 'people']],
  ['find', ['/usr/bin/find', 'tree/e', '-printf', '%p %y %d\\n']],
  ['diff', ['/usr/bin/diff', '-u', '--label=a', '--label=b', 'words', 'others']],
  ['file', ['/usr/bin/file', 'words', 'program.c', 'tree']],
  ['tar', ['/usr/bin/tar', '-cf', '-', '--mtime=@0', '--sort=name', '--owner=0', '--group=0', '--mode=644', 'tree/b']],
  ['xz', ['/usr/bin/xz', '-9c', 'numbers']],
  ['gzip', ['/usr/bin/gzip', '-9nc', 'numbers']],
  ['date', ['/usr/bin/date', '-u', '-d', '@86400', '+%F %T %A']],
  ['seq', ['/usr/bin/seq', '-w', '8', '11']],
];

describe.skipIf(ROOT === null || !hasQemuUser)('a program of Debian', () => {
  let host: LinuxHost;
  beforeAll(async () => {
    host = await bootRoot(ROOT!);
    installFiles(host, '/tmp');
  });

  it.each(RUNS)('prints what it prints under QEMU: %s', async (_, [program, ...args]) => {
    const there = runQemuUser(`${ROOT}${program}`, args, ['-L', ROOT!]);
    const here = await runLinux(host, { argv: [program!, ...args] });
    expect(here).toEqual(there);
    expect(here.output).not.toBe('');
  });
});

// A root of an earlier layout lacks both until it is fetched anew.
describe.skipIf(ROOT === null || !existsSync(`${ROOT}/etc/hosts`))('what an installation would have made', () => {
  it('has Python’s library compiled', async () => {
    const host = await bootRoot(ROOT!);
    const { errors } = await runLinux(host, { argv: ['/usr/bin/python3', '-v', '-c', 'import json'] });
    expect(errors).toMatch(/code object from '\/usr\/lib\/python3[^']*\/json\/__pycache__\/__init__/);
  });

  it('tells who localhost is', async () => {
    const host = await bootRoot(ROOT!);
    const { output } = await runLinux(host, { argv: ['/usr/bin/getent', 'hosts', 'localhost'] });
    expect(output).toMatch(/^::1 +localhost/);
  });
});

describe.skipIf(ROOT === null)('a program whose place the kernel chooses', () => {
  it('has a heap that grows behind it', async () => {
    const host = await bootRoot(ROOT!);
    const { output } = await runLinux(host, { argv: ['/usr/bin/cat', '/proc/self/maps'] });
    const lines = output.split('\n');
    const heap = lines.findIndex((line) => line.endsWith('[heap]'));
    expect(lines[heap - 1]).toMatch(/\/usr\/bin\/cat$/);
    expect(lines[heap]!.split('-')[0]).toBe(lines[heap - 1]!.split(/[- ]/)[1]);
  });
});

describe.skipIf(ROOT === null)('strace', () => {
  it('shows what a shell and its children ask of the kernel', async () => {
    const host = await bootRoot(ROOT!);
    const script = 'echo said | /usr/bin/cat; exit 3';
    const argv = ['/usr/bin/strace', '-f', '-e', 'trace=execve,write,exit_group,clone', '/usr/bin/dash', '-c', script];
    const { output, errors, status } = await runLinux(host, { argv });
    expect([output, status]).toEqual(['said\n', 3 << 8]);
    expect(errors).toMatch(/^execve\("\/usr\/bin\/dash", \["\/usr\/bin\/dash", "-c", .*\) = 0$/m);
    expect(errors.match(/clone\(.*flags=CLONE_CHILD_CLEARTID\|CLONE_CHILD_SETTID\|SIGCHLD/g)).toHaveLength(2);
    expect(errors).toMatch(/write\(1, "said\\n", 5/);
    expect(errors).toMatch(/execve\("\/usr\/bin\/cat", \["\/usr\/bin\/cat"\]/);
    expect(errors).toMatch(/--- SIGCHLD \{si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=\d+, .*si_status=0,/);
    expect(errors).toMatch(/exit_group\(3\) += \?\n\+\+\+ exited with 3 \+\+\+\n$/);
  });
});
