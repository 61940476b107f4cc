/** The command line as a user meets it: real processes, real guests, every kind of bad input. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTER_IDS } from '../src/abi/counters.ts';
import { resultSchema, sweepSchema } from '../src/abi/result.ts';
import { WORKLOADS } from '../src/abi/workloads.ts';
import { COMMANDS } from '../src/cli/main.ts';
import { ENVIRONMENTS } from '../src/lab/environments.ts';
import { trapframe } from './support/cli.ts';
import { GUESTS } from './support/small-guests.ts';

let dir: string;
const at = (name: string) => join(dir, name);
const guest = (name: keyof typeof GUESTS) => at(`${name}.elf`);

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'trapframe-cli-'));
  for (const [name, make] of Object.entries(GUESTS)) writeFileSync(at(`${name}.elf`), make());
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Bad input ends with 2, says why on stderr, and leaves stdout and the folder alone. */
async function refused(args: readonly string[], why: RegExp): Promise<void> {
  const before = readdirSync(dir);
  const { code, stdout, stderr } = await trapframe(args, { cwd: dir });
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(why);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+:\d+/);
  expect(readdirSync(dir)).toEqual(before);
}

describe('trapframe run', () => {
  it('ends with 0 when the guest passes', async () => {
    expect(await trapframe(['run', guest('pass')])).toMatchObject({ code: 0, stdout: '' });
  });

  it('ends with the number of the failing test', async () => {
    const { code, stderr } = await trapframe(['run', guest('fail7')]);
    expect(code).toBe(7);
    expect(stderr).toMatch(/failed.*7/);
  });

  it('puts the console on stdout', async () => {
    expect(await trapframe(['run', guest('hello')])).toMatchObject({ code: 0, stdout: 'hello\n' });
  });

  it('prints one line of JSON on stdout with --counters json, the console on stderr', async () => {
    const { code, stdout, stderr } = await trapframe(['run', guest('hello'), '--counters', 'json']);
    expect(code).toBe(0);
    expect(stderr).toContain('hello');
    expect(stdout.trimEnd()).not.toContain('\n');
    const run = JSON.parse(stdout);
    expect(run).toMatchObject({ schema: 'trapframe.run/1', status: 'passed', exitCode: 0 });
    expect(run.counters.instret).toBeGreaterThan(10);
    expect(run.counters['mmio.writes']).toBeGreaterThanOrEqual(6);
    expect(Object.keys(run.counters)).toEqual(Object.keys(run.counters).sort());
    for (const id of Object.keys(run.counters)) expect(COUNTER_IDS).toContain(id);
  });

  it('runs the same bytes to the same end under every strategy', async () => {
    const runs = await Promise.all(
      ['bare', 'nested'].map((strategy) =>
        trapframe(['run', guest('pass'), '--strategy', strategy, '--counters', 'json']),
      ),
    );
    const digests = runs.map((run) => JSON.parse(run.stdout) as { imageSha256: string; digest: string });
    expect(new Set(digests.map((d) => d.imageSha256)).size).toBe(1);
    expect(new Set(digests.map((d) => d.digest)).size).toBe(1);
  });

  it('calls a guest that spins for ever a failure when its budget is spent', async () => {
    const { code, stderr } = await trapframe(['run', guest('spin'), '--budget', '2M']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/budget/);
  });

  it('calls a guest that jumps to nowhere crashed, and says where', async () => {
    const { code, stderr } = await trapframe(['run', guest('nowhere'), '--budget', '50M']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/crashed.*0x/);
  });

  it('calls a guest whose trap handler traps crashed', async () => {
    const { code, stderr } = await trapframe(['run', guest('tripleFault'), '--budget', '50M']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/crashed.*0x/);
  });

  it('stops a guest that floods its VMM with exits at its budget', async () => {
    const { code, stderr } = await trapframe(['run', guest('flood'), '--strategy', 'nested', '--budget', '1M']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/budget/);
  });

  it('stops at Ctrl-C with 130', async () => {
    const started = Date.now();
    const ended = await trapframe(['run', guest('spin'), '--budget', '900G', '--counters', 'json'], {
      interrupt: { when: 3000, signal: 'SIGINT' },
      deadline: 30_000,
    });
    expect(ended.code, ended.stderr).toBe(130);
    expect(Date.now() - started).toBeLessThan(25_000);
  });
});

describe('a command that is loaded alone', () => {
  it('is the one of its name, for each of them', async () => {
    const stream = new Writable();
    const context = { root: '/', stdout: stream, stderr: stream, signal: AbortSignal.abort(), setExitCode: () => {} };
    for (const [name, load] of Object.entries(COMMANDS)) {
      const program = new Command().enablePositionalOptions();
      (await load())(program, context);
      expect(program.commands.map((command) => command.name())).toEqual([name]);
    }
  });
});

describe('bad input', () => {
  it('of images', async () => {
    writeFileSync(at('text.elf'), 'not an ELF at all');
    writeFileSync(at('empty.elf'), '');
    const whole = readFileSync(guest('pass'));
    writeFileSync(at('short.elf'), whole.subarray(0, 100));
    const changed = (name: string, offset: number, value: number) => {
      const copy = Uint8Array.from(whole);
      copy[offset] = value;
      writeFileSync(at(name), copy);
    };
    changed('class32.elf', 4, 1);
    changed('big.elf', 5, 2);
    changed('x86.elf', 18, 62);
    await refused(['run', at('text.elf')], /text\.elf: not an ELF file/);
    await refused(['run', at('empty.elf')], /empty\.elf: .*an empty file/);
    await refused(['run', at('short.elf')], /short\.elf: a truncated ELF/);
    await refused(['run', at('class32.elf')], /class32\.elf: a 32-bit ELF/);
    await refused(['run', at('big.elf')], /big\.elf: a big-endian/);
    await refused(['run', at('x86.elf')], /x86\.elf: .*for x86-64, not for RISC-V/);
    await refused(
      ['run', at('missing.elf')],
      /missing\.elf cannot be read: there is no such file or folder\n.*taken from \//,
    );
    await refused(['run', at('text.elf/x')], /x cannot be read: what should be a directory is a file/);
    await refused(['run', dir], /cannot be read: it is a directory\n {2}Name a file/);
    await refused(['linux', '--disk', dir], /cannot be used: it is a directory\n {2}Name a file/);
    await refused(['wsl', '--import', 'x', dir], /cannot be read: it is a directory\n {2}Name a file/);
    await refused(
      ['wsl', '--import', 'x', at('none.tar')],
      /none\.tar cannot be read: there is no such file or folder\n/,
    );
    await refused(['wsl', '--import', 'x', at('empty.elf')], /empty\.elf is empty\n {2}Give a tar archive/);
    await refused(['run', guest('outside')], /0x40000000|outside|RAM/i);
    await refused(['run', guest('large'), '--memory', '2M'], /memory|RAM/i);
    await refused(['disasm', at('text.elf')], /not an ELF/);
    await refused(['disasm', at('short.elf')], /cut short/);
  });

  it('of machines', async () => {
    await refused(['run', guest('pass'), '--memory', '3M'], /memory/i);
    await refused(['run', guest('pass'), '--memory', 'lots'], /--memory: “lots”/);
    await refused(['run', guest('pass'), '--strategy', 'nestd'], /nestd[\s\S]*nested/);
    await refused(['run', guest('pass'), '--engine', 'jot'], /jot[\s\S]*interp/);
    await refused(['run', guest('pass'), '--tlb-l1d', '60x4'], /--tlb-l1d: “60x4”/);
    await refused(['run', guest('pass'), '--budget', 'much'], /--budget: “much”/);
    await refused(['run', guest('pass'), '--type2'], /bare has no VMM/);
  });

  it('of names: says what was meant and what there is', async () => {
    await refused(['compare', '--workload', 'gusp'], /unknown workload “gusp”[\s\S]*gups/);
    await refused(['compare', '--env', 'bare,shaodw'], /unknown environment .shaodw.[\s\S]*shadow/);
    await refused(['compare', '--profile', 'skylak'], /unknown profile .skylak.[\s\S]*skylake/);
    await refused(['compare', '--workload', 'gups', '--param', 'update=1'], /no parameter “update”[\s\S]*updates/);
    await refused(['laws', '--only', 'E99'], /E99/);
    await refused(['list', 'wrkloads'], /wrkloads[\s\S]*workloads/);
    await refused(['comprae'], /unknown command 'comprae'[\s\S]*compare/);
    await refused(['compare', '--repaet', '3'], /unknown option '--repaet'[\s\S]*--repeat/);
  });

  it('of profiles', async () => {
    writeFileSync(at('broken.json'), '{"name": "x", ');
    writeFileSync(
      at('shape.json'),
      '{"name": "x", "costs": {"instruction": {"cycles": "many", "source": "U", "note": ""}}}',
    );
    writeFileSync(
      at('unknown.json'),
      '{"name": "x", "costs": {"instructoin": {"cycles": 1, "source": "U", "note": ""}}}',
    );
    await refused(['compare', '--profile', at('broken.json')], /broken\.json: not JSON/);
    await refused(
      ['compare', '--profile', at('shape.json')],
      /shape\.json[\s\S]*costs\.instruction\.cycles[\s\S]*many/,
    );
    await refused(['compare', '--profile', at('unknown.json')], /instructoin[\s\S]*instruction/);
    await refused(['compare', '--profile', at('none.json')], /none\.json cannot be read/);
  });

  it('of ranges and outputs', async () => {
    await refused(['sweep', '--param', 'updates=9..3:x2'], /9\.\.3:x2/);
    await refused(['sweep', '--param', 'updates=5'], /exactly one range/);
    await refused(['sweep', '--param', 'nothing=1..8:x2'], /no parameter “nothing”/);
    await refused(['compare', '--json', '--csv'], /both go to stdout/);
    await refused(['compare', '--repeat', '-1'], /--repeat/);
    await refused(['process', '--seed', 'x', guest('pass')], /--seed: “x” is not a whole number/);
    await refused(
      ['process', '--mount', `${dir}:/proc/there`, guest('pass')],
      /--mount: \/proc\/there can't be made in the guest/,
    );
  });
});

describe('trapframe list', () => {
  it('prints arrays of objects with id and summary', async () => {
    for (const what of ['workloads', 'environments', 'counters', 'profiles', 'laws']) {
      const { code, stdout } = await trapframe(['list', what, '--json']);
      expect(code).toBe(0);
      const rows = JSON.parse(stdout) as { id: unknown; summary: unknown }[];
      expect(rows.length, what).toBeGreaterThan(2);
      for (const row of rows) expect([typeof row.id, typeof row.summary], what).toEqual(['string', 'string']);
      expect(new Set(rows.map((row) => row.id)).size, what).toBe(rows.length);
    }
  });

  it('prints every row for people too', async () => {
    const { stdout: workloads } = await trapframe(['list', 'workloads']);
    for (const { id } of WORKLOADS) expect(workloads).toMatch(new RegExp(`^${id} `, 'm'));
    const { stdout: environments } = await trapframe(['list', 'environments']);
    for (const { id } of ENVIRONMENTS) expect(environments).toMatch(new RegExp(`^${id} `, 'm'));
  });
});

describe('trapframe disasm', () => {
  it('names single instructions', async () => {
    const { code, stdout } = await trapframe(['disasm', '--hex', '8082', '00000013', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual([
      { address: '0x0', code: '8082', text: 'ret' },
      { address: '0x2', code: '00000013', text: 'nop' },
    ]);
  });

  it('lists a file with its symbols', async () => {
    const { code, stdout } = await trapframe(['disasm', guest('spin')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/80000000: {2}\w+ +j +/);
  });
});

describe('experiments', () => {
  const QUICK = ['--quick', '--repeat', '3', '--warmup', '0', '--quiet'];

  it('compare writes every report, whole, and prints the JSON it was asked for', async () => {
    const out = at('reports');
    const args = ['compare', '-w', 'integer-mix', '-e', 'native,bare,nested', ...QUICK, '--out', out, '--json'];
    const { code, stdout, stderr } = await trapframe(args);
    expect(code, stderr).toBe(0);
    const result = resultSchema.parse(JSON.parse(stdout));
    expect(result.cells.map((cell) => [cell.environment, cell.status])).toEqual([
      ['native', 'ok'],
      ['bare', 'ok'],
      ['nested', 'ok'],
    ]);
    expect(new Set(result.cells.map((cell) => cell.checksum)).size).toBe(1);
    expect(result.cells[1]!.imageSha256).toBe(result.cells[2]!.imageSha256);
    expect(readdirSync(out).sort()).toEqual(['report.csv', 'report.html', 'report.json', 'report.md']);
    expect(resultSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')))).toEqual(result);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*<\/html>\s*$/i);
  });

  it('prints a table and three lines at most for people', async () => {
    const { code, stdout, stderr } = await trapframe(['compare', '-w', 'integer-mix', '-e', 'bare,nested', ...QUICK]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/integer-mix/);
    expect(stdout).toMatch(/^bare .*\d/m);
    const [, closing] = stdout.trimEnd().split(/\n\n(?=[^\n]*$|[^\n]*\n[^\n]*$|[^\n]*\n[^\n]*\n[^\n]*$)/);
    expect(closing?.split('\n').length).toBeLessThanOrEqual(3);
  });

  it('takes a profile of the user’s own', async () => {
    const { code, stdout: shipped } = await trapframe(['list', 'profiles', '--json']);
    expect(code).toBe(0);
    const rows = JSON.parse(shipped) as { id: string; costs: Record<string, { cycles: number }> }[];
    const costs = rows.find((row) => row.id === 'flat-1')!.costs;
    writeFileSync(at('mine.json'), JSON.stringify({ name: 'mine', costs }));
    const args = [
      'compare',
      '-w',
      'integer-mix',
      '-e',
      'bare',
      '--quick',
      '--repeat',
      '0',
      '--profile',
      at('mine.json'),
      '--json',
      '-q',
    ];
    const { stdout, stderr } = await trapframe(args);
    const result = resultSchema.parse(JSON.parse(stdout || '{}'));
    expect(result.profile.name, stderr).toBe('mine');
  });

  it('finishes the other environments when one fails, and ends with 1', async () => {
    // A spent budget fails every machine, and not native.
    const args = [
      'compare',
      '-w',
      'integer-mix',
      '-e',
      'native,bare',
      '--quick',
      '--repeat',
      '0',
      '--budget',
      '100k',
      '--json',
      '-q',
    ];
    const { code, stdout, stderr } = await trapframe(args);
    expect(code, stderr).toBe(1);
    const { cells } = resultSchema.parse(JSON.parse(stdout));
    expect(cells.map((cell) => cell.status)).toEqual(['ok', 'budget']);
    expect(cells[1]!.counters).toBeNull();
  });

  it('sweep finds its points in order', async () => {
    const args = [
      'sweep',
      '-w',
      'update-miss-mix',
      '-p',
      'updates=0..4:x2',
      '-e',
      'shadow,nested',
      '--quick',
      '--json',
      '-q',
    ];
    const { code, stdout, stderr } = await trapframe(args);
    expect(code, stderr).toBe(0);
    const result = sweepSchema.parse(JSON.parse(stdout));
    expect(result.points.map((point) => point.value)).toEqual([0, 1, 2, 4]);
  });

  it('laws prints one object with the rows it was asked for', async () => {
    const { code, stdout, stderr } = await trapframe(['laws', '--only', 'E1', '--json', '-q']);
    expect(code, stderr).toBe(0);
    const { laws } = JSON.parse(stdout) as {
      laws: { id: string; kind: string; expected: unknown; counted: unknown; pass: boolean }[];
    };
    expect(laws.length).toBeGreaterThan(0);
    for (const row of laws) expect(row).toMatchObject({ id: 'E1', kind: 'exact', expected: row.counted, pass: true });
  });

  it('writes nothing when stopped by Ctrl-C', async () => {
    const out = at('stopped');
    const args = ['compare', '-w', 'integer-mix', '-e', 'bare,nested', '--repeat', '50', '--out', out];
    const { code, stdout, stderr } = await trapframe(args, {
      interrupt: { when: /runs for/, signal: 'SIGINT' },
      deadline: 60_000,
    });
    expect(code, stderr).toBe(130);
    expect(stdout).toBe('');
    expect(existsSync(out)).toBe(false);
  });

  it('leaves an old report as it was when the new one cannot be written', async () => {
    writeFileSync(at('afile'), 'x');
    const args = [
      'compare',
      '-w',
      'integer-mix',
      '-e',
      'bare',
      '--quick',
      '--repeat',
      '0',
      '-q',
      '--json',
      join(at('afile'), 'r.json'),
    ];
    const { code, stderr } = await trapframe(args);
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(/could not be written/);
    expect(readFileSync(at('afile'), 'utf8')).toBe('x');
  });
});
