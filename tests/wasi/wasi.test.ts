/** WASI programs on the VFS: they print what they print in Node's host, reach nothing else, and are bounded. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { E, SysError } from '../../src/linux/errno.ts';
import { S } from '../../src/linux/uapi.ts';
import { Mount, type Path, PLAIN, rootDentry } from '../../src/linux/vfs/mount.ts';
import { InputStream, OutputStream } from '../../src/linux/vfs/stream.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { limitMemory } from '../../src/linux/wasi/memory-limit.ts';
import type { WasiOptions } from '../../src/linux/wasi/process.ts';
import { isWasm, type WasiOutcome, WasiProgram } from '../../src/linux/wasi/run.ts';
import { trapframe } from '../support/cli.ts';
import { rawTar } from '../support/images.ts';
import { buildWasiProgram, runNodeWasi } from '../support/wasi.ts';

const MIB = 2 ** 20;
let program: Uint8Array;
beforeAll(async () => {
  program = await buildWasiProgram();
}, 600_000);

interface Ran extends WasiOutcome {
  readonly output: string;
}

function run(
  bytes: Uint8Array,
  args: readonly string[] = [],
  memory = 64 * MIB,
  fs = new Tmpfs({ now: Date.now }),
): Ran {
  const mount = new Mount(fs, rootDentry(fs), 'test', { ...PLAIN });
  const path: Path = { mount, dentry: mount.root };
  let output = '';
  const decoder = new TextDecoder();
  const stdin = new InputStream();
  stdin.end();
  const out = new OutputStream((chunk) => {
    output += decoder.decode(chunk, { stream: true });
  });
  let waited = 0n;
  const options: WasiOptions = {
    args: ['program', ...args],
    env: ['A=b c'],
    preopens: [{ name: '/', path }],
    stdio: [stdin, out, out],
    who: { uid: 0, gid: 0, groups: [], override: true },
    realtime: () => BigInt(Date.now()) * 1_000_000n,
    monotonic: () => waited,
    random: (into) => void crypto.getRandomValues(into),
    sleep: (nanoseconds) => {
      waited += nanoseconds;
    },
  };
  return { ...new WasiProgram(bytes, memory).run(options), output };
}

/** A module from its text. */
async function assemble(body: string): Promise<Uint8Array> {
  const made = (await wabt()).parseWat('test.wat', `(module ${body})`);
  return made.toBinary({}).buffer;
}
const refusal = (work: () => unknown): number => {
  try {
    work();
  } catch (e) {
    if (e instanceof SysError) return e.code;
    throw e;
  }
  return 0;
};

describe('a WASI program', () => {
  it('prints what it prints in Node’s host', () => {
    const there = runNodeWasi(program, ['one', 'two words']);
    const here = run(program, ['one', 'two words']);
    expect(there.output.split('\n').length).toBeGreaterThan(50);
    expect(here.output.split('\n')).toEqual(there.output.split('\n'));
    expect([here.code, here.trap]).toEqual([there.code, null]);
  });

  it('reaches nothing outside of its directories, by links neither', async () => {
    const fs = new Tmpfs({ now: Date.now });
    const own = { uid: 0, gid: 0 };
    fs.root.create('secret', { ...own, mode: S.IFREG | 0o644 });
    const inner = fs.root.create('inner', { ...own, mode: S.IFDIR | 0o755 });
    inner.symlink('out', '/secret', { ...own, mode: S.IFLNK | 0o777 });
    inner.symlink('up', '../secret', { ...own, mode: S.IFLNK | 0o777 });
    inner.symlink('deep', '../../../../secret', { ...own, mode: S.IFLNK | 0o777 });
    const mount = new Mount(fs, rootDentry(fs), 'test', { ...PLAIN });
    const at: Path = { mount, dentry: mount.root };
    const dentry = (await import('../../src/linux/vfs/walk.ts')).child(at.dentry, 'inner')!;
    const paths = ['../secret', '/secret', 'out', 'up', 'deep', './../secret', 'x/../../secret'];
    const text = paths.map((p, i) => `(data (i32.const ${1024 + 64 * i}) "${p}")`).join('');
    const tries = paths.map(
      (p, i) =>
        `(if (i32.eqz (call $open (i32.const 3) (i32.const 1) (i32.const ${1024 + 64 * i}) (i32.const ${p.length}) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 0))) (then (call $exit (i32.const ${i + 1}))))`,
    );
    const bytes = await assemble(`
      (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1) ${text}
      (func (export "_start") ${tries.join('\n')})`);
    const none = new OutputStream(() => {});
    const outcome = new WasiProgram(bytes, MIB).run({
      args: [],
      env: [],
      preopens: [{ name: '/', path: { mount, dentry } }],
      stdio: [new InputStream(), none, none],
      who: { uid: 0, gid: 0, groups: [], override: true },
      realtime: () => 0n,
      monotonic: () => 0n,
      random: () => {},
      sleep: () => {},
    });
    expect(outcome).toEqual({ code: 0, trap: null });
  });

  it('has no more memory than it may have', async () => {
    expect(run(program, ['a', 'b', 'c'], 64 * MIB).output).toContain('malloc 0');
    expect(refusal(() => new WasiProgram(program, 65_536))).toBe(E.NOMEM);
    const grows = await assemble(
      `(memory (export "memory") 1 100)
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (func (export "_start") (loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) (call $exit (memory.size)))`.replace(
        /^(\(memory[^\n]*)\n([^\n]*)/,
        '$2\n$1',
      ),
    );
    expect(run(grows, [], 10 * 65_536).code).toBe(10);
    expect(run(grows, [], 1000 * 65_536).code).toBe(100);
  });

  it('that traps ends with the code of an abort, alone', () => {
    expect(run(program, ['trap'])).toMatchObject({ code: 134, trap: expect.stringMatching(/unreachable/) });
  });

  it('gets an error for pointers beyond its memory', async () => {
    const bytes = await assemble(`
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_get" (func $args (param i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (func (export "_start")
        (if (i32.ne (call $write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 0)) (i32.const 21)) (then (call $exit (i32.const 1))))
        (if (i32.ne (call $random (i32.const 65000) (i32.const 1000)) (i32.const 21)) (then (call $exit (i32.const 2))))
        (if (i32.ne (call $args (i32.const -1) (i32.const 0)) (i32.const 21)) (then (call $exit (i32.const 3))))
        (if (i32.ne (call $poll (i32.const 65530) (i32.const 0) (i32.const 1) (i32.const 0)) (i32.const 21)) (then (call $exit (i32.const 4)))))`);
    expect(run(bytes)).toMatchObject({ code: 0, trap: null });
  });
});

describe('a module', () => {
  it.each([
    ['without _start', '(memory (export "memory") 1)'],
    ['without memory', '(func (export "_start"))'],
    ['that imports something else', '(import "env" "x" (func)) (memory (export "memory") 1) (func (export "_start"))'],
    [
      'that imports a function that there is not',
      '(import "wasi_snapshot_preview1" "none" (func)) (memory (export "memory") 1) (func (export "_start"))',
    ],
    ['that brings its memory along', '(import "wasi_snapshot_preview1" "memory" (memory 1)) (func (export "_start"))'],
  ])('%s is refused', async (_, body) => {
    const bytes = await assemble(body);
    expect(isWasm(bytes)).toBe(true);
    expect(refusal(() => new WasiProgram(bytes, MIB))).toBe(E.NOEXEC);
  });

  it('that is damaged is refused', () => {
    expect(refusal(() => limitMemory(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 5, 0x80]), MIB))).toBe(E.NOEXEC);
    for (let at = 8; at < 400; at += 7) {
      const bytes = program.slice();
      bytes[at]! ^= 0x55;
      const code = refusal(() => new WasiProgram(bytes, 64 * MIB));
      expect([0, E.NOEXEC, E.NOMEM]).toContain(code);
    }
  });
});

describe('trapframe process with a WASI program', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trapframe-wasi-'));
    writeFileSync(join(folder, 'program.wasm'), program);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('runs it on the working directory, with its own exit code', async () => {
    const ran = await trapframe(['process', '--env', 'A=b c', './program.wasm', 'one'], {
      cwd: folder,
      input: 'typed',
    });
    expect(ran).toMatchObject({ code: 42, stderr: '' });
    expect(ran.stdout).toMatch(/^2: one A=b c\nmkdir\("d", 0755\) = 0/);
    // What it read of its standard input.
    expect(ran.stdout).toMatch(/\n5\nmalloc 1\n$/);
    expect(readdirSync(folder).sort()).toEqual(['d', 'many', 'program.wasm']);
  });

  it('ends one that spins when it is interrupted', async () => {
    const interrupt = { when: /malloc/, signal: 'SIGINT' } as const;
    const ran = await trapframe(['process', './program.wasm', 'spin'], { cwd: folder, interrupt, deadline: 60_000 });
    expect(ran.code).toBe(130);
  });

  it('refuses one that needs more memory, with code 2', async () => {
    const ran = await trapframe(['process', '--memory', '64k', './program.wasm'], { cwd: folder });
    expect(ran).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/needs more memory.*\n.*--memory/),
    });
  });

  it('runs it as a container of an image for wasi/wasm, on the image’s files', async () => {
    const env = { TRAPFRAME_STATE: join(folder, 'state') };
    const tar = rawTar([{ name: 'app/program.wasm', content: program, mode: 0o755 }]);
    const made = await trapframe(
      ['image', 'import', '-', 'app', '--platform', 'wasi/wasm', '--entrypoint', '/app/program.wasm', '-e', 'A=image'],
      { env, input: tar },
    );
    expect(made.code).toBe(0);
    const ran = await trapframe(['container', 'run', '--rm', 'app', 'two words'], { env });
    expect(ran).toMatchObject({ code: 42, stderr: '' });
    expect(ran.stdout).toMatch(/^2: two words A=image\nmkdir\("d", 0755\) = 0/);
    const detached = await trapframe(['container', 'run', '-d', 'app'], { env });
    expect(detached).toMatchObject({ code: 2, stderr: expect.stringMatching(/runs in the foreground/) });
  });
});
