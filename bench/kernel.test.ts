import { rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { GUEST_WORKLOADS, WORKLOADS } from '../src/abi/workloads.ts';
import { buildGuests } from './build.ts';
import { qemuAvailable, runOnQemu } from './qemu.ts';

const root = path.resolve(import.meta.dirname, '..');
const native = path.join(root, 'build/guests/kernel.elf');
const paravirt = path.join(root, 'build/guests/kernel-paravirt.elf');

/** The guest's own last word: PASS or FAIL, the workload, and the checksum or the reason. */
const verdict = (output: string): string => /^(PASS|FAIL) .*$/m.exec(output)?.[0] ?? output;

/** Programs and kernel take a while when nothing is cached. */
beforeAll(async () => {
  await buildGuests();
}, 600_000);

describe('the build', () => {
  test('gives equal bytes from equal sources, wherever its output goes', async () => {
    const only = ['null-syscall', 'sha256'];
    const outs = ['build/guests-test-a', 'build/guests-test-b/deeper'];
    const manifests = [];
    for (const out of outs) manifests.push(await buildGuests({ out, only }));
    expect(Object.keys(manifests[0]!.files)).toEqual(expect.arrayContaining(['kernel.elf', 'wasm/sha256.wasm']));
    expect(manifests[1]).toEqual(manifests[0]);
    rmSync(path.join(root, 'build/guests-test-a'), { recursive: true });
    rmSync(path.join(root, 'build/guests-test-b'), { recursive: true });
  }, 600_000);

  test('makes nothing twice', async () => {
    const made: string[] = [];
    await buildGuests({ onProgress: (line) => made.push(line) });
    expect(made).toEqual([]);
  });

  test('gives both kernels and every WebAssembly build a hash', async () => {
    const { files } = await buildGuests();
    const expected = WORKLOADS.filter((w) => w.native).map((w) => `wasm/${w.id}.wasm`);
    expect(Object.keys(files)).toEqual(expect.arrayContaining(['kernel-paravirt.elf', 'kernel.elf', ...expected]));
    for (const hash of Object.values(files)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe.skipIf(!qemuAvailable())('the kernel on QEMU (skipped where qemu-system-riscv64 is not installed)', () => {
  test.each(GUEST_WORKLOADS.map((w) => w.id))('%s passes at quick size', async (id) => {
    const output = await runOnQemu({ image: native, bootargs: `workload=${id} quick=1` });
    expect(verdict(output)).toMatch(new RegExp(`^PASS ${id} [0-9a-f]+$`));
  });

  test.each([
    ['the least memory', 16, ''],
    ['the most memory', 1024, ''],
    ['pages of 4 KiB for itself', 128, 'kernel_pages=4k'],
    ['no ASIDs', 64, 'asid=0'],
    ['A and D bits set beforehand', 64, 'ad=preset'],
    ['the shortest time slices', 64, 'slice_us=50'],
  ])('keeps its promises with %s', async (_, memory, options) => {
    const output = await runOnQemu({ image: native, bootargs: `workload=selfcheck ${options}`, memory });
    expect(verdict(output)).toBe('PASS selfcheck 1');
  });

  test('options change no result', async () => {
    const plain = await runOnQemu({ image: native, bootargs: 'workload=build quick=1' });
    const other = await runOnQemu({
      image: native,
      bootargs: 'workload=build quick=1 parallel=1 kernel_pages=4k asid=0 slice_us=200',
      memory: 128,
    });
    expect(verdict(other)).toBe(verdict(plain));
    expect(verdict(plain)).toMatch(/^PASS build/);
  });

  test.each([
    ['workload=nonsense', 'FAIL nonsense there is no such workload in this image'],
    ['quick=1', 'FAIL none the command line names no workload='],
    ['workload=fork pagse=3', 'FAIL fork a parameter on the command line is not one of this workload'],
    ['workload=fork n=x', 'FAIL fork a parameter on the command line is not a number'],
    ['workload=fork pages=1 touch=2', 'FAIL fork touch is more than pages'],
    ['workload=demand-fault n=1000000', 'FAIL demand-fault no address space'],
    ['workload=demand-fault n=20000', 'FAIL demand-fault a signal ended the program'],
  ])('"%s" fails with a reason', async (bootargs, expected) => {
    expect(verdict(await runOnQemu({ image: native, bootargs, memory: 32 }))).toBe(expected);
  });

  test('the paravirtual form refuses a machine without its VMM', async () => {
    const output = await runOnQemu({ image: paravirt, bootargs: 'workload=selfcheck' });
    expect(output).toContain('this kernel needs the paravirtual strategy');
    expect(output).not.toMatch(/^PASS/m);
  });
});
