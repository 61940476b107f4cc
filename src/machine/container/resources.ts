/** linux.resources as limits of a control group (OCI runtime specification, "Control groups"). */
import { InputError } from '../../abi/errors.ts';
import { SysError } from '../../linux/errno.ts';
import { writeControl } from '../../linux/proc/cgroup.ts';
import type { System } from '../../linux/system.ts';
import type { ControlGroup } from '../../linux/task/cgroup.ts';
import type { Resources } from './spec.ts';

const show = (limit: number): string => (limit < 0 ? 'max' : String(limit));

/** cpu.shares of version 1 (2 to 262,144) as cpu.weight of version 2 (1 to 10,000), as runtimes convert it. */
const weightOf = (shares: number): number =>
  Math.floor(1 + ((Math.max(2, Math.min(262_144, shares)) - 2) * 9999) / 262_142);

/** File and content of everything asked for, in order. */
function rows({ memory, cpu, pids, blockIO, unified }: Resources): [file: string, text: string][] {
  const out: [string, string][] = [];
  if (memory?.limit !== undefined) out.push(['memory.max', show(memory.limit)]);
  if (memory?.reservation !== undefined) out.push(['memory.low', show(memory.reservation)]);
  if (cpu?.quota !== undefined || cpu?.period !== undefined)
    out.push(['cpu.max', `${cpu.quota ? show(cpu.quota) : 'max'} ${cpu.period || 100_000}`]);
  if (cpu?.shares) out.push(['cpu.weight', String(weightOf(cpu.shares))]);
  if (pids && pids.limit !== 0) out.push(['pids.max', show(pids.limit)]);
  for (const [key, list] of [
    ['rbps', blockIO?.throttleReadBpsDevice],
    ['wbps', blockIO?.throttleWriteBpsDevice],
    ['riops', blockIO?.throttleReadIOPSDevice],
    ['wiops', blockIO?.throttleWriteIOPSDevice],
  ] as const)
    for (const { major, minor, rate } of list ?? []) out.push(['io.max', `${major}:${minor} ${key}=${rate}`]);
  return [...out, ...Object.entries(unified ?? {})];
}

/** @throws InputError that names the file of a value the kernel refuses */
export function limitGroup(system: System, group: ControlGroup, resources: Resources): void {
  for (const [file, text] of rows(resources)) {
    try {
      writeControl(system.kernel, group, file, text);
    } catch (e) {
      if (e instanceof SysError) throw new InputError(`linux.resources: ${file}: “${text}” is not for it`);
      throw e;
    }
  }
}
