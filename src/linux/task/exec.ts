/** execve(2): a process goes on as another program. */
import { E, fail } from '../errno.ts';
import { type Kernel, trampolineArea } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { kernelPage } from '../memory/kernel-page.ts';
import { AddressSpace } from '../memory/space.ts';
import { encode } from '../memory/user.ts';
import { PROT, RLIMIT, S, SIG } from '../uapi.ts';
import { isRegular } from '../vfs/inode.ts';
import { nameOf, type Path } from '../vfs/mount.ts';
import { MAY, mayAccess, resolve, type Viewpoint } from '../vfs/walk.ts';
import { AUX, buildStack, extentOf, HWCAP, mapProgram, readProgram } from './elf.ts';
import { exitTask } from './exit.ts';
import { TRAMPOLINE } from './signal.ts';
import { SI, SIG_DFL, SIG_IGN } from './signals.ts';
import { Handlers, type Task } from './task.ts';
import { EVENT, TRACE } from './trace.ts';

/** Where things go; below 2^38, the end of user memory. */
const STACK_TOP = 0x3f_ffff_d000;
const STACK_FIRST = 128 * 1024;
const RELOCATABLE_BASE = 0x2a_aaaa_a000;
const INTERPRETER_DEPTH = 5;

/** `li a7, 139; ecall`: rt_sigreturn. */
const RETURN_CODE = [0x08b0_0893, 0x0000_0073];

export const viewOf = (task: Task): Viewpoint => ({
  root: task.process.place.root,
  cwd: task.process.place.cwd,
  who: task.credential.forFiles,
});

/** The first line of a script: its interpreter and one argument. */
function scriptOf(path: Path): { interpreter: string; argument: string | null } | null {
  const head = new Uint8Array(256);
  const n = path.dentry.inode.read(0, head);
  if (n < 2 || head[0] !== 35 || head[1] !== 33) return null;
  const end = head.indexOf(10);
  const line = new TextDecoder().decode(head.subarray(2, end < 0 ? n : end)).trim();
  const match = /^(\S+)\s*(.*)$/.exec(line);
  if (!match) fail(E.NOEXEC);
  return { interpreter: match[1]!, argument: match[2] || null };
}

function demandExecutable(path: Path, task: Task): void {
  const { inode } = path.dentry;
  if (!isRegular(inode.mode)) fail(E.ACCES);
  if (path.mount.flags.noexec) fail(E.ACCES);
  if (!mayAccess(inode, task.credential.forFiles, MAY.exec)) fail(E.ACCES);
  inode.demandUnwritten();
}

/** Replaces the program of a task's process. `task` must be the running one, or one that never ran. */
export function execute(
  kernel: Kernel,
  task: Task,
  at: Path,
  name: string,
  argv: readonly Uint8Array[],
  env: readonly Uint8Array[],
): void {
  let path = at;
  let args = argv.length ? [...argv] : [new Uint8Array(0)];
  let execName = name;
  for (let depth = 0; ; depth++) {
    demandExecutable(path, task);
    const script = scriptOf(path);
    if (!script) break;
    if (depth >= INTERPRETER_DEPTH) fail(E.LOOP);
    args = [
      encode(script.interpreter),
      ...(script.argument ? [encode(script.argument)] : []),
      encode(execName),
      ...args.slice(1),
    ];
    execName = script.interpreter;
    path = resolve(viewOf(task), task.process.place.cwd, script.interpreter);
  }
  const { inode } = path.dentry;
  const program = readProgram(inode);
  const loader =
    program.interpreter === null ? null : resolve(viewOf(task), task.process.place.cwd, program.interpreter);
  if (loader) demandExecutable(loader, task);
  const loaderProgram = loader ? readProgram(loader.dentry.inode) : null;
  const { process } = task;
  const space = new AddressSpace(kernel.machine, kernel.frames, process.cgroup);
  space.limit = process.limit(RLIMIT.AS);
  let start: { pc: number; sp: number };
  try {
    const show = (p: Path): string => nameOf(p, process.place.root) ?? '';
    const base = program.type === 'fixed' ? 0 : RELOCATABLE_BASE;
    const end = mapProgram(space, kernel.caches, inode, program, base, show(path));
    space.brkStart = end;
    space.brk = end;
    let [pc, loaderBase] = [base + program.entry, 0];
    if (loader && loaderProgram) {
      loaderBase = space.findFree(extentOf(loaderProgram));
      mapProgram(space, kernel.caches, loader.dentry.inode, loaderProgram, loaderBase, show(loader));
      pc = loaderBase + loaderProgram.entry;
    }
    space.map({
      start: STACK_TOP - STACK_FIRST,
      end: STACK_TOP,
      prot: PROT.READ | PROT.WRITE,
      shared: false,
      pages: null,
      first: 0,
      name: '[stack]',
      grows: true,
    });
    kernel.trampoline ??= kernelPage(kernel.machine, kernel.frames, RETURN_CODE);
    space.map(trampolineArea(kernel.trampoline, TRAMPOLINE));
    const random = new Uint8Array(16);
    kernel.random(random);
    const { credential } = task;
    const header = program.segments.find(
      (s) => program.headers.offset >= s.offset && program.headers.offset < s.offset + s.fileSize,
    );
    const aux = new Map([
      [AUX.PHDR, base + (header ? header.address - header.offset : 0) + program.headers.offset],
      [AUX.PHENT, program.headers.size],
      [AUX.PHNUM, program.headers.count],
      [AUX.PAGESZ, PAGE],
      [AUX.BASE, loaderBase],
      [AUX.FLAGS, 0],
      [AUX.ENTRY, base + program.entry],
      [AUX.UID, credential.user.shownUid(credential.uid)],
      [AUX.EUID, credential.user.shownUid(credential.euid)],
      [AUX.GID, credential.user.shownGid(credential.gid)],
      [AUX.EGID, credential.user.shownGid(credential.egid)],
      [AUX.HWCAP, HWCAP],
      [AUX.CLKTCK, 100],
      [AUX.SECURE, 0],
    ]);
    start = { pc, sp: buildStack(space, STACK_TOP, args, env, aux, encode(execName), random) };
  } catch (e) {
    space.release();
    throw e;
  }
  commit(kernel, task, space, path, start);
  const words = task.process.exe ? execName.split('/') : [''];
  task.name = words.at(-1)!.slice(0, 15);
}

/** From here on there is no way back. */
function commit(kernel: Kernel, task: Task, space: AddressSpace, path: Path, start: { pc: number; sp: number }): void {
  const { process } = task;
  for (const other of [...process.threads]) if (other !== task) exitTask(kernel, other, 0);
  // The address space that is left may be the one the machine walks.
  if (kernel.current === task) kernel.current = null;
  process.space.release();
  process.space = space;
  process.vforking = false;
  process.vforkDone.wake();
  setIds(task, path);
  if (process.files.users > 1) {
    const own = process.files.copy();
    process.files.release();
    process.files = own;
  }
  process.files.closeOnExec();
  const actions = process.handlers.actions.map((a) => ({
    handler: a.handler === SIG_IGN ? SIG_IGN : SIG_DFL,
    flags: 0,
    mask: 0n,
  }));
  process.handlers = new Handlers(actions);
  process.deleteTimers();
  const { credential } = task;
  const same = credential.euid === credential.uid && credential.egid === credential.gid;
  process.dumpable = same;
  const { time, timeForChildren } = task.namespaces;
  if (time !== timeForChildren) task.join({ ...task.namespaces, time: timeForChildren });
  timeForChildren.entered = true;
  // Not of a program that has become somebody else.
  if (!same) process.deathSignal = 0;
  process.exe = path;
  process.execed = true;
  task.altStack = { base: 0, size: 0, flags: 2 };
  task.clearTid = 0;
  task.robustList = 0;
  task.rseq = null;
  task.x.fill(0);
  task.f.fill(0);
  task.fcsr = 0;
  task.pc = start.pc;
  task.x[4] = start.sp % 2 ** 32;
  task.x[5] = Math.floor(start.sp / 2 ** 32);
  kernel.counts.execs++;
  const { trace } = task;
  if (trace?.wants(TRACE.EXEC)) trace.event(EVENT.EXEC, task.pid.in(trace.tracer.pid.namespace));
  else if (trace && !trace.seized) {
    task.pending.push({ signal: SIG.TRAP, code: SI.USER, pid: task.pid.in(task.namespaces.pid), uid: 0 });
    task.attention = true;
  }
  if (task.state === 'runnable' && kernel.tasks.has(task)) kernel.switchTo(task);
}

/** Set-user-id and set-group-id programs. */
function setIds(task: Task, path: Path): void {
  const { inode } = path.dentry;
  const { credential } = task;
  const { user } = credential;
  const may = !task.trace && !path.mount.flags.nosuid && !credential.noNewPrivileges && user.maps(inode.uid, inode.gid);
  const setuid = may && (inode.mode & S.ISUID) !== 0;
  if (setuid) credential.euid = inode.uid;
  if (may && (inode.mode & S.ISGID) !== 0) credential.egid = inode.gid;
  credential.suid = credential.euid;
  credential.fsuid = credential.euid;
  credential.sgid = credential.egid;
  credential.fsgid = credential.egid;
  credential.afterExec(setuid && inode.uid === credential.root);
}
