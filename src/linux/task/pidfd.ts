/** Descriptors of processes (pidfd_open(2)). */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { O, POLL } from '../uapi.ts';
import { anonymousInode } from '../vfs/anonymous.ts';
import { FileKind, OpenFile } from '../vfs/file.ts';
import type { WaitQueue } from '../wait.ts';
import type { Process, Task } from './task.ts';

/** A process, readable once it has ended. */
class ProcessKind extends FileKind {
  readonly process: Process;
  override readonly queue: WaitQueue;

  constructor(process: Process) {
    super();
    this.process = process;
    this.queue = process.ended;
  }

  override poll(): number {
    return this.process.status === null ? 0 : POLL.IN;
  }
}

/** The process of a pidfd. */
export const processOf = (t: Task, fd: number): Process => {
  const { kind } = t.process.files.get(fd);
  return kind instanceof ProcessKind ? kind.process : fail(E.BADF);
};

/** An open file that stands for a process. */
export const pidfdOf = (kernel: Kernel, process: Process, flags = 0): OpenFile =>
  new OpenFile(new ProcessKind(process), anonymousInode('anon', kernel.clock.coarse()), null, O.RDWR | flags);
