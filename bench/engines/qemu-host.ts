/**
 * QEMU beside the lab's engines, where it is installed: the kernel's image on qemu-system-riscv64, and the workloads as
 * Linux processes on qemu-riscv64. Both take the time of the measured region by their own clock inside (`TIME`), so
 * that neither booting nor preparing counts.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { programFile } from '../../src/abi/workloads.ts';
import { bootargsOf, programArguments, workloadById } from '../../src/lab/plan.ts';
import { QEMU_USER, qemuAvailable, qemuUserAvailable, runOnQemu } from '../qemu.ts';
import { findRoot } from '../toolchain/jobs.ts';
import type { EngineHost, EngineId, Run } from './engines.ts';
import { GUEST_MIB, RUN_DEADLINE_MS } from './lab-host.ts';

/** Reads what the guest said. Throws when it did not pass. */
export function parseRun(engine: EngineId, workload: string, said: string): Run {
  const time = new RegExp(`^TIME ${workload} (\\d+)$`, 'm').exec(said);
  const pass = new RegExp(`^PASS ${workload} ([0-9a-f]+)$`, 'm').exec(said);
  if (!time || !pass) throw new Error(`${workload}, ${engine}: it said: ${said.trim().split('\n').at(-1) ?? ''}`);
  return { ms: Number(time[1]) / 1000, checksum: pass[1]!.padStart(16, '0'), instructions: null };
}

/** A host of what is installed of `qemu-system` and `qemu-user`; `signal` ends what runs. */
export function qemuHost(signal: AbortSignal): EngineHost {
  const guests = path.join(findRoot(), 'build/guests');
  const image = path.join(guests, 'kernel.elf');
  const engines: EngineId[] = [];
  if (qemuAvailable()) engines.push('qemu-system');
  if (qemuUserAvailable()) engines.push('qemu-user');
  return {
    engines,
    async run({ engine, workload: id, params }) {
      const workload = workloadById(id);
      if (engine === 'qemu-system') {
        const bootargs = `${bootargsOf(workload, params)} time=1`;
        return parseRun(
          engine,
          id,
          await runOnQemu({ image, bootargs, memory: GUEST_MIB, timeoutMs: RUN_DEADLINE_MS, signal }),
        );
      }
      const args = [path.join(guests, programFile.linux(workload.program)), ...programArguments(workload, params)];
      const options = { timeout: RUN_DEADLINE_MS, killSignal: 'SIGKILL', signal } as const;
      const { stdout, stderr } = await promisify(execFile)(QEMU_USER, args, options);
      return parseRun(engine, id, stderr + stdout);
    },
    close: async () => {},
  };
}
