/** The stock gdb-multiarch on a booting kernel, and on a bare-metal program through the command line. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveGdb } from '../../src/machine/node/gdb.ts';
import { Assembler, R } from '../support/asm.ts';
import { writeElf } from '../support/elf.ts';
import { boot, hasKernel } from '../support/kernels.ts';
import { projectRoot } from '../support/machine.ts';

const GDB = 'gdb-multiarch';
const hasGdb = spawnSync(GDB, ['--version']).status === 0;
if (!hasGdb) console.warn(`left out: tests with a real debugger; ${GDB} is not installed`);
const MS = 90_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-gdb-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs GDB with commands; resolves to all it says. */
function gdb(port: number, commands: readonly string[]): Promise<string> {
  const script = join(folder, `${port}.gdb`);
  const lines = [
    'set pagination off',
    'set confirm off',
    'set architecture riscv:rv64',
    `target remote 127.0.0.1:${port}`,
    ...commands,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  return new Promise((resolve, reject) => {
    execFile(GDB, ['-nx', '-batch', '-x', script], { timeout: MS }, (error, stdout, stderr) =>
      error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout + stderr),
    );
  });
}

describe.skipIf(!hasGdb || !hasKernel('built'))('gdb-multiarch on the built kernel', () => {
  it(
    'attaches, breaks, steps, watches, reads and detaches, and no counter shows it',
    async () => {
      const plain = await boot('built');
      // Addresses of the kernel's functions, as the kernel itself knows them.
      const symbols = (await plain.sh('cat /proc/kallsyms')).stdout;
      const address = (name: string): string => {
        const line = new RegExp(`^([0-9a-f]{16}) . ${name}$`, 'm').exec(symbols);
        if (!line) throw new Error(`the kernel has no ${name}`);
        return `0x${line[1]}`;
      };
      const [init, open] = [address('rest_init'), address('do_sys_openat2')];
      await plain.off();

      const twin = await boot('built');
      const undisturbed = twin.guest.system.counters();
      await twin.off();
      for (const engine of ['interp', 'jit'] as const) {
        let said: Promise<string> | null = null;
        const booted = await boot('built', { engine }, {}, async (guest) => {
          const { port, close } = await serveGdb(guest.system.debug(), { host: '127.0.0.1', port: 0, wait: true });
          said = gdb(port, [
            'p/x $pc',
            `hbreak *${init}`,
            'continue',
            `printf "in rest_init %d\\n", $pc == ${init}`,
            'info registers priv',
            'set $sp0 = $sp',
            // The frame of the function is written by its first stores.
            'watch -l *(long *)($sp - 8)',
            'continue',
            'printf "sp %d\\n", $sp < $sp0',
            'delete',
            'stepi 50',
            `break *${open}`,
            'continue',
            `printf "in openat2 %d\\n", $pc == ${open}`,
            'x/s $a1',
            'x/2i $pc',
            'nexti',
            'stepi 5',
            'info threads',
            'delete',
            'detach',
          ]).finally(close);
        });
        expect(booted.guest.system.counters(), engine).toEqual(undisturbed);
        const text = await said!;
        expect(text).toContain('= 0x80200000');
        expect(text).toContain('in rest_init 1');
        expect(text).toContain('Supervisor');
        expect(text).toContain('Hardware watchpoint');
        expect(text).toContain('sp 1');
        expect(text).toContain('in openat2 1');
        expect(text).toMatch(/hart 0, supervisor mode/);
        expect(text).toContain('detached');
        expect((await booted.sh('echo alive')).stdout).toBe('alive\n');
        await booted.off();
      }
    },
    3 * MS,
  );
});

/** Stores 1, 2, 3 at +0x100, then ends well. */
function program(): Uint8Array {
  const a = new Assembler(0x8000_0000);
  a.li(R.t0, 0x8000_1000);
  for (const value of [1, 2, 3]) {
    a.li(R.t1, value);
    a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 0x100 });
  }
  a.li(R.t0, 0x10_0000);
  a.li(R.t1, 0x5555);
  a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 0 });
  a.label('ended');
  a.j('ended');
  return writeElf({ entry: 0x8000_0000, segments: [{ address: 0x8000_0000, bytes: a.finish() }], symbols: {} });
}

describe.skipIf(!hasGdb)('trapframe run --gdb', () => {
  it(
    'waits for a debugger, which sees each store, changes memory and lets the program end',
    async () => {
      const elf = join(folder, 'stores.elf');
      writeFileSync(elf, program());
      const main = join(projectRoot(), 'src/cli/trapframe.mjs');
      const child = spawn(process.execPath, [main, 'run', elf, '--gdb', '0,wait', '--counters', 'json']);
      let out = '';
      child.stdout.on('data', (bytes) => {
        out += bytes;
      });
      const port = await new Promise<number>((resolve, reject) => {
        let told = '';
        child.stderr.on('data', (bytes) => {
          told += bytes;
          const match = /target remote 127\.0\.0\.1:(\d+)/.exec(told);
          if (match) resolve(Number(match[1]));
        });
        child.once('exit', () => reject(new Error(told)));
      });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      const text = await gdb(port, [
        'watch *(int *)0x80001100',
        'continue',
        'p *(int *)0x80001100',
        'continue',
        'p *(int *)0x80001100',
        'set *(int *)0x80001100 = 77',
        'p *(int *)0x80001100',
        'p/x $misa',
        'delete',
        'continue',
      ]);
      expect(text).toMatch(/\$1 = 1.*\$2 = 2.*\$3 = 77/s);
      expect(text).toContain('exited normally');
      expect(await ended).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ status: 'passed' });
    },
    MS,
  );
});
