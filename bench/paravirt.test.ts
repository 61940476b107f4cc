/**
 * The paravirtual form of the kernel on a VMM of a few hundred lines (testbed/), which runs on QEMU in M-mode, enforces
 * direct paging and stops at the first broken rule. Machine frames differ from the guest's there.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROCESS_WORKLOADS } from '../src/abi/workloads/process.ts';
import { buildGuests } from './build.ts';
import { qemuAvailable, runOnQemu } from './qemu.ts';
import { filesBelow } from './toolchain/stamps.ts';
import { KERNEL_FLAGS, zigCc } from './toolchain/zig.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Where the test bed expects the guest: its frame 0x200 (address 0x8020_0000), 128 MiB higher in the machine. */
const GUEST_AT = '0x88200000';

/** The bytes of the only segment of the kernel's ELF image. */
function segmentOf(elf: Buffer): Buffer {
  const header = Number(elf.readBigUInt64LE(32));
  const offset = Number(elf.readBigUInt64LE(header + 8));
  return elf.subarray(offset, offset + Number(elf.readBigUInt64LE(header + 32)));
}

/** QEMU's time is the wall's: a slice that ends during the run would add two switches, which are hypercalls too. */
const UNDISTURBED = 'slice_us=10000000';

interface Counts {
  readonly verdict: string;
  readonly hypercalls: number;
  readonly updates: number;
}

describe.skipIf(!qemuAvailable())('the paravirtual kernel (skipped where qemu-system-riscv64 is not installed)', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'trapframe-paravirt-'));
  const bed = path.join(dir, 'testbed.elf');
  const guest = path.join(dir, 'guest.bin');

  beforeAll(async () => {
    await buildGuests();
    const sources = filesBelow(root, 'bench/testbed', ['.c', '.S']);
    const includes = ['-Ibuild/guests/generated', '-Ibench/include', '-T', 'bench/testbed/testbed.ld'];
    await zigCc([...KERNEL_FLAGS, ...includes, ...sources, '-o', bed], root);
    writeFileSync(guest, segmentOf(readFileSync(path.join(root, 'build/guests/kernel-paravirt.elf'))));
    /* QEMU passes a command line on only together with a kernel; this one is never entered. */
    writeFileSync(path.join(dir, 'none'), Buffer.alloc(4));
  }, 600_000);

  afterAll(() => rmSync(dir, { recursive: true }));

  async function run(bootargs: string): Promise<Counts> {
    const extra = ['-bios', bed, '-device', `loader,file=${guest},addr=${GUEST_AT},force-raw=on`];
    const output = await runOnQemu({ image: path.join(dir, 'none'), bootargs, memory: 256, extra });
    const counts = /TESTBED hypercalls ([0-9a-f]+) updates ([0-9a-f]+)/.exec(output);
    return {
      verdict: /^(PASS|FAIL|TESTBED) .*$/m.exec(output)?.[0] ?? output,
      hypercalls: Number.parseInt(counts?.[1] ?? '', 16),
      updates: Number.parseInt(counts?.[2] ?? '', 16),
    };
  }

  test.each(PROCESS_WORKLOADS.map((w) => w.id))('%s breaks no rule of direct paging', async (id) => {
    expect((await run(`workload=${id} quick=1`)).verdict).toMatch(new RegExp(`^PASS ${id} `));
  });

  test('options break no rule either', async () => {
    expect((await run('workload=selfcheck asid=0 pv_batch=1')).verdict).toBe('PASS selfcheck 1');
  });

  test('a demand fault is one hypercall and one update where the tables exist, an unmapped page one of a batch', async () => {
    const few = await run(`workload=demand-fault n=100 ${UNDISTURBED}`);
    const more = await run(`workload=demand-fault n=356 ${UNDISTURBED}`);
    /* Each page is faulted in, unmapped, and faulted in again; 256 fit one batch of the kernel's. */
    expect(more.updates - few.updates).toBe(3 * 256);
    expect(more.hypercalls - few.hypercalls).toBe(2 * 256 + 1);
  });

  test.each([1, 64, 2048])('%i page-table updates share one hypercall (law E7)', async (batch) => {
    const few = await run(`workload=pte-store n=2048 pv_batch=${batch} ${UNDISTURBED}`);
    const more = await run(`workload=pte-store n=6144 pv_batch=${batch} ${UNDISTURBED}`);
    expect(more.updates - few.updates).toBe(4096);
    expect(more.hypercalls - few.hypercalls).toBe(4096 / batch);
  });
});
