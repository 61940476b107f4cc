/**
 * Restartable sequences (rseq(2)): where a task is interrupted within one, it goes on where the sequence says it begins anew. There is one
 * processor, so the numbers that a task is told of are 0.
 */
import { SysError } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { USER_END } from '../memory/tables.ts';
import { intIn, intOut, wordIn, wordOut } from '../memory/user.ts';
import { SIG } from '../uapi.ts';
import { sendFault } from './signal.ts';
import { SI } from './signals.ts';
import type { Task } from './task.ts';

/** Fields of struct rseq, and of struct rseq_cs. */
export const AREA = { cpuIdStart: 0, cpuId: 4, sequence: 8, nodeId: 20, mmCid: 24, size: 32 } as const;
const SEQUENCE = { version: 0, start: 8, length: 16, abort: 24 } as const;
export const UNREGISTERED = -1;

/** Tells a task which processor it is on; `cpu` −1: it is told no longer. */
export function tellProcessor({ process }: Task, va: number, cpu: number): void {
  intOut(process.space, va + AREA.cpuIdStart, Math.max(0, cpu));
  intOut(process.space, va + AREA.cpuId, cpu);
  intOut(process.space, va + AREA.nodeId, 0);
  intOut(process.space, va + AREA.mmCid, 0);
}

/** Where it goes on that is interrupted at `pc`; `pc` where that is in no sequence. Null: the sequence is none. */
function resumed({ process, rseq }: Task, pc: number): number | null {
  const { space } = process;
  const at = wordIn(space, rseq!.va + AREA.sequence);
  if (at === 0) return pc;
  const [start, length, abort] = [SEQUENCE.start, SEQUENCE.length, SEQUENCE.abort].map((field) =>
    wordIn(space, at + field),
  ) as [number, number, number];
  const inside = (where: number): boolean => where >= start && where < start + length;
  if (start < 0 || start >= USER_END || length < 0 || start + length >= USER_END || abort < 0 || abort >= USER_END)
    return null;
  if (intIn(space, at + SEQUENCE.version) !== 0 || inside(abort)) return null;
  if (intIn(space, abort - 4) !== rseq!.signature) return null;
  wordOut(space, rseq!.va + AREA.sequence, 0);
  return inside(pc) ? abort : pc;
}

/** The running task was interrupted: by others that ran, or by a signal that is delivered next. */
export function interruptSequence(kernel: Kernel, task: Task): void {
  const { machine } = kernel;
  const pc = machine.getPc();
  try {
    const next = resumed(task, pc);
    if (next === pc) return;
    if (next !== null) {
      machine.setPc(next);
      return;
    }
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
  }
  task.rseq = null;
  sendFault(task, { signal: SIG.SEGV, code: SI.SEGV_MAPERR, address: 0 });
}
