/** Where a program of `trapframe process` begins, and what it finds there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trapframe } from '../support/cli.ts';
import { buildPrograms } from '../support/linux-programs.ts';

let tool: string;
let folder: string;

beforeAll(async () => {
  tool = (await buildPrograms(['tool'])).get('tool')!;
  folder = mkdtempSync(join(tmpdir(), 'trapframe-places-'));
  writeFileSync(join(folder, 'kept'), '');
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the working directory of a process', { timeout: 60_000 }, () => {
  it.each([
    ['is the host’s', [], '/mnt/host\n'],
    ['is the host’s beside other mounts', ['--mount', 'F:/mnt/more'], '/mnt/host\n'],
    ['is the root where a mount hides the host’s', ['--mount', 'F:/mnt'], '/\n'],
    ['is the root where a mount is in place of the host’s', ['--mount', 'F:/mnt/host/'], '/\n'],
    ['is the one that is named', ['--mount', 'F:/mnt', '--cwd', '/mnt'], '/mnt\n'],
  ])('%s: %j', async (_, options, at) => {
    const given = options.map((word) => word.replace('F', folder));
    const ran = await trapframe(['process', ...given, tool, 'cwd']);
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: at });
  });

  it('shows what is mounted over it', async () => {
    const ran = await trapframe(['process', '--mount', `${folder}:/mnt`, tool, 'ls', '/mnt']);
    expect(ran).toMatchObject({ code: 0, stderr: '', stdout: 'kept\n' });
  });

  it.each(['/etc/passwd', '/etc/passwd/below'])('is not mounted on a file: %s', async (at) => {
    const ran = await trapframe(['process', '--mount', `${folder}:${at}`, tool, 'cwd']);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`--mount: ${at} can't be made`) });
    expect(ran.stderr).toContain('ENOTDIR');
  });

  it.each([
    ['/nowhere', 'is not there'],
    ['/etc/passwd', 'is no directory'],
  ])('is told of where it can’t be: %s', async (at, why) => {
    const ran = await trapframe(['process', '--cwd', at, tool, 'cwd']);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`--cwd: ${at} ${why}`) });
  });
});
