import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
// @ts-expect-error plain JavaScript without types: it runs before anything is compiled
import { nodeProblem } from '../src/cli/node-version.mjs';
// @ts-expect-error likewise
import { isFresh, setUp as setUpUntyped, takeLock as takeLockUntyped } from '../src/cli/setup.mjs';

interface Step {
  readonly id: string;
  readonly say: string;
  readonly needs?: readonly string[];
  readonly inputs: readonly string[];
  readonly ignore?: RegExp;
  readonly command: readonly string[];
  readonly outputs: readonly string[];
}
const setUp = setUpUntyped as (
  root: string,
  options: { steps: Step[]; log: (line: string) => void },
) => Promise<boolean>;
const takeLock = takeLockUntyped as (
  root: string,
  log: (line: string) => void,
  deadline: number,
) => Promise<() => void>;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trapframe-setup-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (file: string, text: string) => {
  mkdirSync(resolve(root, file, '..'), { recursive: true });
  writeFileSync(join(root, file), text);
};

/** A step that appends its input to its output, so that runs can be counted. */
const append = (id: string, from: string, needs: string[] = []): Step => ({
  id,
  say: `making ${id}`,
  needs,
  inputs: [from],
  ignore: /\.md$/,
  command: [
    process.execPath,
    '-e',
    `const fs = require('fs'); fs.appendFileSync('${id}.out', fs.readFileSync('${from}/a', 'utf8'))`,
  ],
  outputs: [`${id}.out`],
});
const made = (id: string) => readFileSync(join(root, `${id}.out`), 'utf8');

describe('set-up', () => {
  it('runs a step once, and again only when an input changed', async () => {
    put('in/a', '1');
    const steps = [append('one', 'in')];
    const run = () => setUp(root, { steps, log: () => {} });
    expect(await run()).toBe(true);
    expect(await run()).toBe(true);
    expect(made('one')).toBe('1');
    put('in/notes.md', 'does not matter');
    expect(await run()).toBe(true);
    expect(made('one')).toBe('1');
    put('in/b', 'matters');
    await run();
    expect(made('one')).toBe('11');
    rmSync(join(root, 'in/b'));
    await run();
    expect(made('one')).toBe('111');
    rmSync(join(root, 'one.out'));
    await run();
    expect(made('one')).toBe('1');
  });

  it('skips what needs a failed step, says why, and tries again next time', async () => {
    put('in/a', '1');
    const said: string[] = [];
    const broken = { ...append('broken', 'in'), command: [process.execPath, '-e', 'process.exit(7)'] };
    const steps = [broken, append('after', 'in', ['broken']), append('beside', 'in')];
    expect(await setUp(root, { steps, log: (line) => said.push(line) })).toBe(false);
    expect(said.join('\n')).toMatch(/making broken failed: ended with exit code 7/);
    expect(existsSync(join(root, 'after.out'))).toBe(false);
    expect(made('beside')).toBe('1');
    expect(await setUp(root, { steps: [append('broken', 'in'), steps[1]!, steps[2]!], log: () => {} })).toBe(true);
    expect(made('after')).toBe('1');
    expect(made('beside')).toBe('1');
  });

  it('leaves nothing running and no lock when interrupted', async () => {
    put('in/a', '1');
    const script = `
      import { setUp } from ${JSON.stringify(resolve(import.meta.dirname, '../src/cli/setup.mjs'))};
      const command = [process.execPath, '-e', 'require("fs").writeFileSync("pid", String(process.pid)); setTimeout(() => {}, 60000)'];
      await setUp(${JSON.stringify(root)}, { steps: [{ id: 'long', say: 'waiting', inputs: ['in'], command, outputs: ['never'] }] });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    const ended = new Promise((done) => child.on('close', done));
    await expect.poll(() => existsSync(join(root, 'pid')), { timeout: 20_000 }).toBe(true);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(existsSync(join(root, 'build/.setup.lock'))).toBe(false);
    const step = Number(readFileSync(join(root, 'pid'), 'utf8'));
    const alive = () => {
      try {
        return process.kill(step, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(alive, { timeout: 10_000 }).toBe(false);
  });

  it('fails when a step makes nothing', async () => {
    put('in/a', '1');
    const said: string[] = [];
    const idle = { ...append('idle', 'in'), command: [process.execPath, '-e', ''] };
    expect(await setUp(root, { steps: [idle], log: (line) => said.push(line) })).toBe(false);
    expect(said.join()).toContain('did not make idle.out');
    expect(isFresh(root, idle)).toBe(false);
  });
});

it('refuses a Node that is too old, by its version and path', () => {
  for (const version of ['18.20.4', '20.18.3']) expect(nodeProblem(version)).toContain(version);
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) expect(nodeProblem(version)).toBeNull();
});

describe('the lock of set-up', () => {
  it('is waited for while its holder lives, and no longer than the deadline', async () => {
    const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
    try {
      put('build/.setup.lock', String(holder.pid));
      await expect(takeLock(root, () => {}, 300)).rejects.toThrow(/another set-up \(process \d+\)/);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('is taken over from a dead process and given back', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await new Promise((done) => child.on('close', done));
    put('build/.setup.lock', String(child.pid));
    const release = await takeLock(root, () => {}, 2000);
    expect(readFileSync(join(root, 'build/.setup.lock'), 'utf8')).toBe(String(process.pid));
    release();
    expect(existsSync(join(root, 'build/.setup.lock'))).toBe(false);
  });

  it('lets two set-ups at once do the work once', async () => {
    put('in/a', '1');
    const slow = append('slow', 'in');
    const command = [slow.command[0]!, '-e', `setTimeout(() => { ${slow.command[2]} }, 300)`];
    const both = await Promise.all([0, 1].map(() => setUp(root, { steps: [{ ...slow, command }], log: () => {} })));
    expect(both).toEqual([true, true]);
    expect(made('slow')).toBe('1');
  });
});

describe('package-lock.json', () => {
  const lock = JSON.parse(readFileSync(resolve(import.meta.dirname, '../package-lock.json'), 'utf8')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string>; resolved?: string }>;
  };

  it('has the packages of every platform, without which `npm ci` refuses it', () => {
    const missing = Object.values(lock.packages)
      .flatMap((row) => Object.keys(row.optionalDependencies ?? {}))
      .filter((name) => !lock.packages[`node_modules/${name}`]);
    expect(missing).toEqual([]);
  });

  it('names no host', () => {
    expect(Object.values(lock.packages).filter((row) => row.resolved)).toEqual([]);
  });
});
