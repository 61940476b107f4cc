/** Attempts to escape: none does, each was made, and the same programs succeed where nothing keeps them from it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ESCAPES } from '../../src/abi/escapes.ts';
import { cellOf, judge, NO_CALL } from '../../src/cli/escapes/judge.ts';
import type { EscapesResult } from '../../src/cli/escapes/run.ts';
import { trapframe } from '../support/cli.ts';
import { escapesMarkdown } from '../support/escapes.ts';
import { hasKernel } from '../support/kernels.ts';
import { projectRoot } from '../support/machine.ts';

const TEST_MS = 120_000;

/** As a user would: WASI programs need threads of the built code. */
async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<EscapesResult> {
  const { code, stdout, stderr } = await trapframe(['escapes', '-q', '--json', ...args], { env });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

const verdicts = ({ rows }: EscapesResult): Record<string, string[]> => {
  const all: Record<string, string[]> = {};
  for (const row of rows)
    for (const cell of row.cells) {
      all[cell.verdict] ??= [];
      all[cell.verdict]!.push(`${row.id} ${cell.hosting}`);
    }
  return all;
};

describe('out of processes and containers', { timeout: TEST_MS }, () => {
  it('nothing escapes, everything was tried, and succeeds unconfined but for what no kernel here has', async () => {
    const result = await run(['--env', 'process,container,container-wasm'], { TRAPFRAME_CACHE: '/nowhere' });
    expect(result.rows.map((row) => row.id)).toEqual(ESCAPES.map((row) => row.id));
    const { escaped, untried, absent = [], blocked = [] } = verdicts(result);
    expect({ escaped, untried }).toEqual({});
    const without = [...new Set(absent.map((cell) => cell.split(' ')[0]))];
    // Of these a real Linux has some, which the next test shows.
    expect(without).toEqual([
      ...['descriptors', 'handles', 'proc-exe', 'keyring', 'mount-tree', 'mount-devices', 'mount-share'],
      ...['user-namespace', 'device-memory', 'device-disk', 'clock', 'module', 'load', 'pointers', 'reboot'],
    ]);
    expect(blocked.length).toBeGreaterThan(60);
    for (const { cells, id } of result.rows)
      for (const cell of cells) if (cell.verdict !== 'not-applicable') expect(cell.calls, id).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasKernel('built'))('out of the light VM and a shared folder', { timeout: TEST_MS }, () => {
  it('nothing escapes that a real Linux lets root do', async () => {
    const attempts = ['dotdot', 'ptrace', 'mount-share', 'reboot'];
    const result = await run(['--env', 'wsl2,vm', '--only', attempts.join()]);
    expect(verdicts(result)).toEqual({
      blocked: attempts.flatMap((id) => [`${id} wsl2`, `${id} vm`]),
    });
    for (const { controls } of result.rows) expect(controls.find((c) => c.control === 'linux')?.reached).toBe(true);
  });
});

describe('the judge', () => {
  const secret = '0123456789abcdef';
  const control = { control: 'linux', reached: true, how: ['x'] } as const;

  it('calls it an escape when the secret is said or the outside has changed', () => {
    const said = judge({ output: `tried openat 3 /x\nfound ${secret}\n`, changed: [] }, [secret]);
    expect(said).toMatchObject({ reached: true, how: ['read the secret after openat /x'] });
    expect(cellOf('vm', said, [control]).verdict).toBe('escaped');
    const changed = judge({ output: 'tried kill 0 7\n', changed: ['a: b → c'] }, [secret]);
    expect(cellOf('process', changed, [])).toMatchObject({ verdict: 'escaped', how: ['a: b → c'] });
  });

  it('does not take another secret, nor words about one, for it', () => {
    const output = `tried openat -2 /x\nfound ${'f'.repeat(16)}\nthe ${secret}\n`;
    const outcome = judge({ output, changed: [] }, [secret]);
    expect(cellOf('vm', outcome, [control])).toMatchObject({ verdict: 'blocked', detail: ['ENOENT'] });
    expect(cellOf('vm', outcome, [{ ...control, reached: false }]).verdict).toBe('absent');
  });

  it('tells what was not tried from what can’t be', () => {
    expect(cellOf('vm', judge({ output: '', changed: [] }, []), [control]).verdict).toBe('untried');
    expect(cellOf('vm', judge({ output: NO_CALL, changed: [] }, []), [control]).verdict).toBe('not-applicable');
    const output = 'tried load -1011 0\ntried path_open -2076 x\ntried write 4 y\n';
    expect(cellOf('vm', judge({ output, changed: [] }, []), []).detail).toEqual(['inside', 'SIGSEGV', 'ENOTCAPABLE']);
  });
});

describe('trapframe escapes', { timeout: TEST_MS }, () => {
  it('prints the matrix, and refuses what it does not know', async () => {
    const env = { TRAPFRAME_CACHE: '/nowhere' };
    const ran = await trapframe(['escapes', '--only', 'dotdot', '--env', 'process,container-wasm', '-q'], { env });
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(
      /^ATTEMPT +PROCESS +CONTAINER-WASM +SUCCEEDS\ndotdot +blocked: inside ENOENT +blocked: EPERM /,
    );
    expect(ran.stdout).toContain('1 attempt in 2 hostings: 2 blocked');
    const unknown = await trapframe(['escapes', '--only', 'magic']);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no “magic”') });
  });

  it('is told of in docs/escapes.md as it is', () => {
    expect(readFileSync(join(projectRoot(), 'docs/escapes.md'), 'utf8')).toBe(escapesMarkdown());
  });
});
