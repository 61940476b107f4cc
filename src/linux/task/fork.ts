/** clone(2): a new thread, or a new process that shares what the flags say. */
import { E, fail } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { PAGE } from '../machine.ts';
import { demandPromise, promised } from '../memory/commit.ts';
import { intOut } from '../memory/user.ts';
import { CLONE } from '../uapi.ts';
import { cloneTree, crossDown, type Mount, type Path } from '../vfs/mount.ts';
import type { ControlGroup } from './cgroup.ts';
import type { Credential } from './credential.ts';
import { UserNamespace } from './namespace.ts';
import {
  CgroupNamespace,
  IpcNamespace,
  MountNamespace,
  type Namespaces,
  NetNamespace,
  TimeNamespace,
  UtsNamespace,
} from './namespaces.ts';
import { Pid, PidNamespace } from './pid.ts';
import { Handlers, type Place, Process, Task } from './task.ts';

export interface CloneRequest {
  readonly flags: number;
  /** Signal the parent gets at the end. */
  readonly exitSignal: number;
  /** Stack pointer; 0: the parent's. */
  readonly stack: number;
  readonly parentTid: number;
  readonly childTid: number;
  readonly tls: number;
  /** Handlers of the child are the default ones (CLONE_CLEAR_SIGHAND). */
  readonly clearHandlers?: boolean;
  /** Its numbers in the innermost PID namespaces; those further out are any that are free. */
  readonly numbers?: readonly number[];
  /** The control group it is born in; not given: the parent's. */
  readonly cgroup?: ControlGroup;
}

/** Flags that are namespaces; all but the user namespace want CAP_SYS_ADMIN. */
export const NAMESPACE_FLAGS =
  CLONE.NEWNS |
  CLONE.NEWUTS |
  CLONE.NEWIPC |
  CLONE.NEWPID |
  CLONE.NEWNET |
  CLONE.NEWUSER |
  CLONE.NEWCGROUP |
  CLONE.NEWTIME;

function demandFlags(task: Task, flags: number): void {
  if (flags & CLONE.SIGHAND && !(flags & CLONE.VM)) fail(E.INVAL);
  if (flags & CLONE.THREAD && !(flags & CLONE.SIGHAND)) fail(E.INVAL);
  if (flags & CLONE.FS && flags & CLONE.NEWNS) fail(E.INVAL);
  if (flags & CLONE.THREAD && flags & (CLONE.NEWPID | CLONE.NEWUSER)) fail(E.INVAL);
  demandNamespaces(task, flags);
}

/** User namespaces that may stand in each other. */
const USER_LEVELS = 32;

/** Who may make the namespaces that flags ask for: anybody a user namespace, and in that the others. */
export function demandNamespaces(task: Task, flags: number): void {
  if (!(flags & NAMESPACE_FLAGS)) return;
  const { credential, namespaces, process } = task;
  if (!(flags & CLONE.NEWUSER)) {
    if (!credential.canHere('sys_admin')) fail(E.PERM);
    return;
  }
  if (credential.user.level >= USER_LEVELS) fail(E.NOSPC);
  // Below a root of its own, the whole tree would be its to mount over.
  const { root } = process.place;
  const { mnt } = namespaces;
  const top = crossDown({ mount: mnt.root, dentry: mnt.root.root });
  if (root.mount !== top.mount || root.dentry !== top.dentry) fail(E.PERM);
  if (!credential.user.maps(credential.euid, credential.egid)) fail(E.PERM);
}

/** The namespaces of a task that is made or unshares; `place` is moved to the copies of its mounts. */
export function newNamespaces(task: Task, credential: Credential, flags: number, place: Place): Namespaces<Task> {
  const ns = { ...task.namespaces };
  if (flags & CLONE.NEWUSER) {
    ns.user = new UserNamespace(ns.user, credential.euid, credential.egid);
    credential.enter(ns.user);
  }
  if (flags & CLONE.NEWUTS) ns.uts = new UtsNamespace(ns.uts.host, ns.uts.domain);
  if (flags & CLONE.NEWIPC) ns.ipc = new IpcNamespace(ns.ipc.mqueue.now);
  if (flags & CLONE.NEWNET) ns.net = new NetNamespace(ns.net.stack.host);
  if (flags & CLONE.NEWCGROUP) ns.cgroup = new CgroupNamespace(task.process.cgroup);
  if (flags & CLONE.NEWTIME) ns.timeForChildren = new TimeNamespace(ns.timeForChildren);
  if (flags & CLONE.NEWPID) ns.pidForChildren = new PidNamespace<Task>(ns.pidForChildren);
  if (flags & CLONE.NEWNS) {
    const moved = new Map<Mount, Mount>();
    const { owner } = ns.mnt;
    ns.mnt = new MountNamespace(cloneTree(ns.mnt.root, moved));
    // What a stronger namespace mounted is neither taken away nor loosened in a weaker one.
    if ((owner ?? null) !== ownerOf(ns.user)) for (const mount of moved.values()) mount.lock();
    const follow = (path: Path): Path => ({ mount: moved.get(path.mount) ?? path.mount, dentry: path.dentry });
    place.root = follow(place.root);
    place.cwd = follow(place.cwd);
  }
  for (const kind of OWNED) if (ns[kind] !== task.namespaces[kind]) ns[kind].owner = ownerOf(ns.user);
  return ns;
}

/** Its clocks are what they are from now on. */
export function enterTime(time: TimeNamespace): TimeNamespace {
  time.entered = true;
  return time;
}

const OWNED = ['mnt', 'uts', 'ipc', 'net', 'cgroup', 'timeForChildren', 'pidForChildren'] as const;

/** As namespaces keep their owner. */
const ownerOf = (user: UserNamespace): UserNamespace | null => (user.level === 0 ? null : user);

/** Whether a child may have the numbers that are asked for (set_tid of clone3(2)). */
function demandNumbers(task: Task, flags: number, numbers: readonly number[]): void {
  const { credential, namespaces } = task;
  // One that is new has no level yet, and everything in it is its maker's.
  const levels: (PidNamespace<Task> | null)[] = flags & CLONE.NEWPID ? [null] : [];
  for (let ns: PidNamespace<Task> | null = namespaces.pidForChildren; ns; ns = ns.parent) levels.push(ns);
  if (numbers.length > levels.length) fail(E.INVAL);
  for (const [i, number] of numbers.entries()) {
    const ns = levels[i]!;
    if (number < 1 || number >= (ns ?? namespaces.pidForChildren).most) fail(E.INVAL);
    if (number !== 1 && !ns?.begun) fail(E.INVAL);
    const may = (what: 'checkpoint_restore' | 'sys_admin'): boolean =>
      ns ? credential.canIn(ns.owner, what) : (flags & CLONE.NEWUSER) !== 0 || credential.canHere(what);
    if (!may('checkpoint_restore') && !may('sys_admin')) fail(E.PERM);
    if (ns?.tasks.has(number)) fail(E.EXIST);
  }
}

/** Counts a task more against pids.max; the first refusal of a group is told. */
function demandRoom(kernel: Kernel, group: ControlGroup): void {
  const full = group.addTask(1);
  if (!full) return;
  if (full.pidsRefused === 1) kernel.say(`cgroup: fork rejected by pids controller in ${full.path}`);
  fail(E.AGAIN);
}

/** Makes the child of a clone call by the running task. Returns the child; the caller's registers are live. */
export function cloneTask(kernel: Kernel, task: Task, request: CloneRequest): Task {
  const { flags } = request;
  demandFlags(task, flags);
  const { process: parent } = task;
  const pidNs = task.namespaces.pidForChildren;
  if (pidNs.closed) fail(E.NOMEM);
  if (request.numbers) demandNumbers(task, flags, request.numbers);
  const { cgroup = parent.cgroup } = request;
  // No internal processes; and the threads of a process are of one group.
  if (cgroup !== parent.cgroup && cgroup.parent && cgroup.subtree.size) fail(E.BUSY);
  if (cgroup !== parent.cgroup && flags & CLONE.THREAD) fail(E.OPNOTSUPP);
  demandRoom(kernel, cgroup);
  let child: Task;
  try {
    child = makeTask(kernel, task, request);
  } catch (e) {
    cgroup.addTask(-1);
    throw e;
  }
  kernel.counts.forks++;
  const { machine } = kernel;
  child.x.set(machine.x);
  child.f.set(machine.f);
  child.pc = machine.getPc() + 4;
  child.fcsr = machine.getFcsr();
  const set = (register: number, value: number): void => {
    child.x[register * 2] = value % 2 ** 32;
    child.x[register * 2 + 1] = Math.floor(value / 2 ** 32);
  };
  set(10, 0);
  if (request.stack) set(2, request.stack);
  if (flags & CLONE.SETTLS) set(4, request.tls);
  if (flags & CLONE.PARENT_SETTID) intOut(parent.space, request.parentTid, child.pid.in(task.namespaces.pid));
  if (flags & CLONE.CHILD_SETTID) intOut(child.process.space, request.childTid, child.pid.in(child.namespaces.pid));
  if (flags & CLONE.CHILD_CLEARTID) child.clearTid = request.childTid;
  kernel.tasks.add(child);
  kernel.ready(child);
  return child;
}

/** A child's own handlers: the parent's, or what of them is left by CLONE_CLEAR_SIGHAND. */
const handlersOf = ({ handlers }: Process, clear: boolean): Handlers =>
  new Handlers(handlers.actions.map((a) => (clear && a.handler > 1 ? { handler: 0, flags: 0, mask: 0n } : { ...a })));

function makeTask(kernel: Kernel, task: Task, request: CloneRequest): Task {
  const { flags, exitSignal, clearHandlers = false, numbers } = request;
  const { process: parent } = task;
  const { cgroup = parent.cgroup } = request;
  const child = new Task();
  child.onWake = (t) => kernel.ready(t);
  child.name = task.name;
  child.mask = task.mask;
  child.credential = task.credential.copy();
  child.seccomp = task.seccomp;
  child.strict = task.strict;
  child.rseq = flags & CLONE.VM ? null : task.rseq;
  child.altStack = flags & CLONE.VM && !(flags & CLONE.VFORK) ? { base: 0, size: 0, flags: 2 } : { ...task.altStack };
  if (flags & CLONE.THREAD) {
    child.join({ ...task.namespaces });
    child.pid = new Pid(task.namespaces.pid, child, numbers);
    child.process = parent;
    parent.threads.add(child);
    return child;
  }
  // The address space first: it is what can fail.
  if (!(flags & CLONE.VM) && kernel.settings.overcommit === 2) demandPromise(kernel, promised(parent.space) * PAGE);
  const space = flags & CLONE.VM ? parent.space : parent.space.fork(cgroup);
  const place = flags & CLONE.FS ? parent.place : { ...parent.place };
  const namespaces = newNamespaces(task, child.credential, flags, place);
  namespaces.pid = namespaces.pidForChildren;
  // With an address space of another's it goes by that one's time until it executes a program.
  if (!(flags & CLONE.VM)) namespaces.time = enterTime(namespaces.timeForChildren);
  if (flags & CLONE.VM) space.users++;
  if (flags & CLONE.FILES) parent.files.users++;
  child.join(namespaces);
  child.pid = new Pid(namespaces.pid, child, numbers);
  const process = new Process({
    pid: child.pid,
    parent: flags & CLONE.PARENT ? parent.parent : parent,
    space,
    files: flags & CLONE.FILES ? parent.files : parent.files.copy(),
    place,
    handlers: flags & CLONE.SIGHAND ? parent.handlers : handlersOf(parent, clearHandlers),
    limits: parent.limits.map((l) => ({ ...l })),
    group: parent.group,
    session: parent.session,
    startedAt: kernel.now(),
    cgroup,
  });
  process.exitSignal = exitSignal;
  process.exe = parent.exe;
  process.oomScoreAdj = parent.oomScoreAdj;
  process.dumpable = parent.dumpable;
  process.nice = parent.nice;
  process.terminal = parent.terminal;
  process.vforking = (flags & CLONE.VFORK) !== 0;
  process.threads.add(child);
  process.parent?.children.add(process);
  process.cgroup.members.add(process);
  child.process = process;
  kernel.processes.add(process);
  return child;
}
