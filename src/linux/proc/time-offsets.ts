/** /proc/pid/timens_offsets: how far the clocks of a task's children go ahead (time_namespaces(7)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../task/task.ts';
import { type Node, text } from './nodes.ts';

const CLOCKS = { monotonic: 'monotonic', boottime: 'boottime', '1': 'monotonic', '7': 'boottime' } as const;
/** Seconds that a clock may be ahead, and show (KTIME_SEC_MAX / 2). */
const FURTHEST = 4_611_686_018;

function set(kernel: Kernel, task: Task, line: string): void {
  const time = task.namespaces.timeForChildren;
  const writer = kernel.current ?? fail(E.PERM);
  const rows = line.replace(/\n$/, '').split('\n');
  if (rows.length > 2) fail(E.INVAL);
  const wanted = rows.map((row) => {
    const match = /^\s*(\w+)\s+(-?\d+)\s+(\d+)\s*$/.exec(row) ?? fail(E.INVAL);
    if (!Object.hasOwn(CLOCKS, match[1]!)) fail(E.INVAL);
    const [seconds, nanoseconds] = [Number(match[2]), Number(match[3])];
    if (nanoseconds > 999_999_999) fail(E.INVAL);
    return { clock: CLOCKS[match[1] as keyof typeof CLOCKS], seconds, offset: seconds * 1e9 + nanoseconds };
  });
  if (!writer.credential.canIn(time.owner, 'sys_time')) fail(E.PERM);
  for (const { seconds, offset } of wanted)
    if (Math.abs(seconds) > FURTHEST || kernel.now() + offset < 0 || kernel.now() + offset > FURTHEST * 1e9)
      fail(E.RANGE);
  if (time.entered) fail(E.ACCES);
  for (const { clock, offset } of wanted) time[clock] = offset;
}

export function timeOffsetsNode(kernel: Kernel, task: Task): Node {
  const row = (name: string, offset: number): string => {
    const seconds = Math.floor(offset / 1e9);
    return `${name.padEnd(10)} ${String(seconds).padStart(10)} ${String(offset - seconds * 1e9).padStart(9)}\n`;
  };
  return text(
    () => {
      const { monotonic, boottime } = task.namespaces.timeForChildren;
      return row('monotonic', monotonic) + row('boottime', boottime);
    },
    (line) => set(kernel, task, line),
  );
}
