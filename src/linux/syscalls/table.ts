/** The system-call table: every call of the generic ABI as one row (include/uapi/asm-generic/unistd.h). */
import * as attributes from './attributes.ts';
import type { Call, CallRow, CallState, CallTable } from './call.ts';
import * as descriptors from './descriptors.ts';
import * as futex from './futex.ts';
import * as ids from './ids.ts';
import * as inotify from './inotify.ts';
import * as io from './io.ts';
import * as locks from './locks.ts';
import * as memory from './memory.ts';
import * as messages from './messages.ts';
import * as mq from './mq.ts';
import * as msg from './msg.ts';
import * as names from './names.ts';
import * as poll from './poll.ts';
import * as priority from './priority.ts';
import * as processes from './processes.ts';
import * as rseq from './rseq.ts';
import * as seccomp from './seccomp.ts';
import * as sem from './sem.ts';
import * as shm from './shm.ts';
import * as signals from './signals.ts';
import * as sockets from './sockets.ts';
import * as system from './system.ts';
import * as time from './time.ts';
import * as timers from './timers.ts';
import * as trace from './trace.ts';
import * as wait from './wait.ts';
import * as watching from './watching.ts';

interface Extra {
  readonly partial?: string;
  /** Not made again after a handler. */
  readonly noRestart?: true;
  readonly resumes?: true;
  readonly ownSignals?: true;
}

type Row = readonly [number: number, name: string, serve: Call | null, extra?: Extra];

const IGNORED = 'accepted, without effect';

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  [5, 'setxattr', attributes.setxattr],
  [6, 'lsetxattr', attributes.lsetxattr],
  [7, 'fsetxattr', attributes.fsetxattr],
  [8, 'getxattr', attributes.getxattr],
  [9, 'lgetxattr', attributes.lgetxattr],
  [10, 'fgetxattr', attributes.fgetxattr],
  [11, 'listxattr', attributes.listxattr],
  [12, 'llistxattr', attributes.llistxattr],
  [13, 'flistxattr', attributes.flistxattr],
  [14, 'removexattr', attributes.removexattr],
  [15, 'lremovexattr', attributes.lremovexattr],
  [16, 'fremovexattr', attributes.fremovexattr],
  [17, 'getcwd', names.getcwd],
  [19, 'eventfd2', poll.eventfd2],
  [20, 'epoll_create1', poll.epollCreate1],
  [21, 'epoll_ctl', poll.epollCtl],
  [22, 'epoll_pwait', poll.epollPwait, { noRestart: true }],
  [23, 'dup', descriptors.dup],
  [24, 'dup3', descriptors.dup3],
  [25, 'fcntl', descriptors.fcntl, { partial: 'no leases' }],
  [26, 'inotify_init1', inotify.inotifyInit1],
  [27, 'inotify_add_watch', inotify.inotifyAddWatch],
  [28, 'inotify_rm_watch', inotify.inotifyRmWatch],
  [29, 'ioctl', descriptors.ioctl, { partial: 'terminals, pipes, FIONBIO, FIOCLEX' }],
  [30, 'ioprio_set', null],
  [31, 'ioprio_get', null],
  [32, 'flock', locks.flock],
  [33, 'mknodat', names.mknodat],
  [34, 'mkdirat', names.mkdirat],
  [35, 'unlinkat', names.unlinkat],
  [36, 'symlinkat', names.symlinkat],
  [37, 'linkat', names.linkat],
  [39, 'umount2', system.umount2],
  [41, 'pivot_root', system.pivotRoot],
  [43, 'statfs', names.statfs],
  [44, 'fstatfs', names.fstatfs],
  [45, 'truncate', names.truncate],
  [46, 'ftruncate', descriptors.ftruncate],
  [47, 'fallocate', descriptors.fallocate, { partial: 'allocate and punch holes' }],
  [48, 'faccessat', names.faccessat],
  [49, 'chdir', names.chdir],
  [50, 'fchdir', names.fchdir],
  [51, 'chroot', names.chroot],
  [52, 'fchmod', names.fchmod],
  [53, 'fchmodat', names.fchmodat1],
  [54, 'fchownat', names.fchownat],
  [55, 'fchown', names.fchown],
  [56, 'openat', descriptors.openat],
  [57, 'close', descriptors.close],
  [59, 'pipe2', descriptors.pipe2],
  [61, 'getdents64', descriptors.getdents64],
  [62, 'lseek', descriptors.lseek],
  [63, 'read', io.read],
  [64, 'write', io.write],
  [65, 'readv', io.readv],
  [66, 'writev', io.writev],
  [67, 'pread64', io.pread],
  [68, 'pwrite64', io.pwrite],
  [69, 'preadv', io.preadv],
  [70, 'pwritev', io.pwritev],
  [71, 'sendfile', descriptors.sendfile],
  [72, 'pselect6', poll.pselect6, { noRestart: true, resumes: true }],
  [73, 'ppoll', poll.ppoll, { noRestart: true, resumes: true }],
  [74, 'signalfd4', watching.signalfd4],
  [76, 'splice', descriptors.splice],
  [78, 'readlinkat', names.readlinkat],
  [79, 'newfstatat', names.newfstatat],
  [80, 'fstat', names.fstat],
  [81, 'sync', names.sync],
  [82, 'fsync', descriptors.fsync],
  [83, 'fdatasync', descriptors.fsync],
  [84, 'sync_file_range', descriptors.fsync],
  [85, 'timerfd_create', time.timerfdCreate],
  [86, 'timerfd_settime', time.timerfdSettime],
  [87, 'timerfd_gettime', time.timerfdGettime],
  [88, 'utimensat', names.utimensat],
  [90, 'capget', ids.capget],
  [91, 'capset', ids.capset],
  [92, 'personality', system.zero, { partial: 'PER_LINUX only' }],
  [93, 'exit', processes.exit],
  [94, 'exit_group', processes.exitAll],
  [95, 'waitid', wait.waitid],
  [96, 'set_tid_address', processes.setTidAddress],
  [97, 'unshare', processes.unshare],
  [98, 'futex', futex.futex],
  [99, 'set_robust_list', processes.setRobustList],
  [100, 'get_robust_list', processes.getRobustList],
  [101, 'nanosleep', time.nanosleep, { noRestart: true, resumes: true }],
  [102, 'getitimer', timers.getitimer],
  [103, 'setitimer', timers.setitimer],
  [107, 'timer_create', timers.timerCreate],
  [108, 'timer_gettime', timers.timerGettime],
  [109, 'timer_getoverrun', timers.timerGetoverrun],
  [110, 'timer_settime', timers.timerSettime],
  [111, 'timer_delete', timers.timerDelete],
  [112, 'clock_settime', null],
  [113, 'clock_gettime', time.clockGettime],
  [114, 'clock_getres', time.clockGetres],
  [115, 'clock_nanosleep', time.clockNanosleep, { noRestart: true, resumes: true }],
  [116, 'syslog', system.syslog, { partial: 'reading' }],
  [117, 'ptrace', trace.ptrace, { partial: 'no single steps, as on real hardware; no PEEKUSR, no PEEKSIGINFO' }],
  [118, 'sched_setparam', system.zero, { partial: IGNORED }],
  [119, 'sched_setscheduler', system.zero, { partial: IGNORED }],
  [120, 'sched_getscheduler', system.zero, { partial: 'always SCHED_OTHER' }],
  [121, 'sched_getparam', system.schedGetparam, { partial: 'always 0' }],
  [122, 'sched_setaffinity', system.zero, { partial: IGNORED }],
  [123, 'sched_getaffinity', system.schedGetaffinity],
  [124, 'sched_yield', system.schedYield],
  [125, 'sched_get_priority_max', system.zero, { partial: 'SCHED_OTHER' }],
  [126, 'sched_get_priority_min', system.zero, { partial: 'SCHED_OTHER' }],
  [129, 'kill', signals.kill],
  [130, 'tkill', signals.tkill],
  [131, 'tgkill', signals.tgkill],
  [132, 'sigaltstack', signals.sigaltstack],
  [133, 'rt_sigsuspend', signals.rtSigsuspend, { ownSignals: true }],
  [134, 'rt_sigaction', signals.rtSigaction],
  [135, 'rt_sigprocmask', signals.rtSigprocmask],
  [136, 'rt_sigpending', signals.rtSigpending],
  [137, 'rt_sigtimedwait', signals.rtSigtimedwait, { ownSignals: true }],
  [138, 'rt_sigqueueinfo', signals.rtSigqueueinfo],
  [139, 'rt_sigreturn', signals.rtSigreturn],
  [140, 'setpriority', priority.setpriority, { partial: 'kept and shown, without effect on turns' }],
  [141, 'getpriority', priority.getpriority],
  [142, 'reboot', null],
  [143, 'setregid', ids.setregid],
  [144, 'setgid', ids.setgid],
  [145, 'setreuid', ids.setreuid],
  [146, 'setuid', ids.setuid],
  [147, 'setresuid', ids.setresuid],
  [148, 'getresuid', ids.getresuid],
  [149, 'setresgid', ids.setresgid],
  [150, 'getresgid', ids.getresgid],
  [151, 'setfsuid', ids.setfsuid],
  [152, 'setfsgid', ids.setfsgid],
  [153, 'times', time.times],
  [154, 'setpgid', processes.setpgid],
  [155, 'getpgid', processes.getpgid],
  [156, 'getsid', processes.getsid],
  [157, 'setsid', processes.setsid],
  [158, 'getgroups', ids.getgroups],
  [159, 'setgroups', ids.setgroups],
  [160, 'uname', system.uname],
  [161, 'sethostname', system.sethostname],
  [162, 'setdomainname', system.setdomainname],
  [163, 'getrlimit', processes.getrlimit],
  [164, 'setrlimit', processes.setrlimit],
  [165, 'getrusage', processes.getrusage],
  [166, 'umask', names.umask],
  [167, 'prctl', processes.prctl, { partial: 'names, capabilities, no_new_privs, subreaper, seccomp, dumpable, death signals' }],
  [168, 'getcpu', system.getcpu],
  [169, 'gettimeofday', time.gettimeofday],
  [172, 'getpid', processes.getpid],
  [173, 'getppid', processes.getppid],
  [174, 'getuid', ids.getuid],
  [175, 'geteuid', ids.geteuid],
  [176, 'getgid', ids.getgid],
  [177, 'getegid', ids.getegid],
  [178, 'gettid', processes.gettid],
  [179, 'sysinfo', system.sysinfo],
  [180, 'mq_open', mq.mqOpen],
  [181, 'mq_unlink', mq.mqUnlink],
  [182, 'mq_timedsend', mq.mqTimedsend],
  [183, 'mq_timedreceive', mq.mqTimedreceive],
  [184, 'mq_notify', mq.mqNotify],
  [185, 'mq_getsetattr', mq.mqGetsetattr],
  [186, 'msgget', msg.msgget],
  [187, 'msgctl', msg.msgctl],
  [188, 'msgrcv', msg.msgrcv, { noRestart: true }],
  [189, 'msgsnd', msg.msgsnd, { noRestart: true }],
  [190, 'semget', sem.semget],
  [191, 'semctl', sem.semctl],
  [192, 'semtimedop', sem.semtimedop, { noRestart: true }],
  [193, 'semop', sem.semop, { noRestart: true }],
  [194, 'shmget', shm.shmget],
  [195, 'shmctl', shm.shmctl],
  [196, 'shmat', shm.shmat],
  [197, 'shmdt', shm.shmdt],
  [198, 'socket', sockets.socket, { partial: 'AF_UNIX, AF_INET, AF_INET6, AF_NETLINK (route)' }],
  [199, 'socketpair', sockets.socketpair],
  [200, 'bind', sockets.bind],
  [201, 'listen', sockets.listen],
  [202, 'accept', sockets.accept],
  [203, 'connect', sockets.connect],
  [204, 'getsockname', sockets.getsockname],
  [205, 'getpeername', sockets.getpeername],
  [206, 'sendto', messages.sendto, { partial: 'no urgent data' }],
  [207, 'recvfrom', messages.recvfrom, { partial: 'no urgent data, no queue of errors' }],
  [208, 'setsockopt', sockets.setsockopt, { partial: 'no socket filters, no timestamps' }],
  [209, 'getsockopt', sockets.getsockopt, { partial: 'no socket filters, no timestamps' }],
  [210, 'shutdown', sockets.shutdown],
  [211, 'sendmsg', messages.sendmsg, { partial: 'of control messages SCM_RIGHTS, IP_PKTINFO, IPV6_PKTINFO' }],
  [212, 'recvmsg', messages.recvmsg, { partial: 'of control messages SCM_RIGHTS, IP_PKTINFO, IPV6_PKTINFO, IP_TTL, IP_TOS' }],
  [213, 'readahead', system.zero, { partial: IGNORED }],
  [214, 'brk', memory.brk],
  [215, 'munmap', memory.munmap],
  [216, 'mremap', memory.mremap],
  [220, 'clone', processes.clone, { ownSignals: true }],
  [221, 'execve', processes.execve],
  [222, 'mmap', memory.mmap],
  [223, 'fadvise64', system.zero, { partial: IGNORED }],
  [226, 'mprotect', memory.mprotect],
  [227, 'msync', memory.msync],
  [228, 'mlock', system.zero, { partial: 'nothing is ever paged out' }],
  [229, 'munlock', system.zero, { partial: 'nothing is ever paged out' }],
  [230, 'mlockall', system.zero, { partial: 'nothing is ever paged out' }],
  [231, 'munlockall', system.zero, { partial: 'nothing is ever paged out' }],
  [233, 'madvise', memory.madvise],
  [242, 'accept4', sockets.accept4],
  [243, 'recvmmsg', messages.recvmmsg],
  [258, 'riscv_hwprobe', system.hwprobe],
  [259, 'riscv_flush_icache', system.zero],
  [260, 'wait4', wait.wait4],
  [261, 'prlimit64', processes.prlimit64],
  [267, 'syncfs', descriptors.fsync],
  [268, 'setns', system.setns],
  [269, 'sendmmsg', messages.sendmmsg],
  [270, 'process_vm_readv', trace.processVmReadv],
  [271, 'process_vm_writev', trace.processVmWritev],
  [276, 'renameat2', names.renameat2],
  [277, 'seccomp', seccomp.seccomp],
  [278, 'getrandom', system.getrandom],
  [279, 'memfd_create', system.memfdCreate],
  [281, 'execveat', processes.execveat],
  [283, 'membarrier', system.membarrier],
  [284, 'mlock2', system.zero, { partial: 'nothing is ever paged out' }],
  [285, 'copy_file_range', descriptors.copyFileRange],
  [291, 'statx', names.statx],
  [293, 'rseq', rseq.rseq],
  [424, 'pidfd_send_signal', watching.pidfdSendSignal, { partial: 'the information that is given is not passed on' }],
  [425, 'io_uring_setup', null],
  [434, 'pidfd_open', watching.pidfdOpen],
  [435, 'clone3', processes.clone3, { ownSignals: true }],
  [436, 'close_range', descriptors.closeRange],
  [437, 'openat2', descriptors.openat2],
  [438, 'pidfd_getfd', watching.pidfdGetfd],
  [439, 'faccessat2', names.faccessat2],
  [441, 'epoll_pwait2', poll.epollPwait2, { noRestart: true }],
  [452, 'fchmodat2', names.fchmodat],
];

const MOUNT = 40;

/** Names by number. */
export const SYSCALL_NAMES: ReadonlyMap<number, string> = new Map([
  ...ROWS.map(([number, name]): [number, string] => [number, name]),
  [MOUNT, 'mount'],
]);

const stateOf = (serve: Call | null, extra: Extra | undefined): CallState =>
  serve ? (extra?.partial ? 'partial' : 'supported') : 'missing';

/** A table of its own for one kernel, since rows count. `mount` depends on the file systems there are. */
export function createTable(mount: Call): CallTable {
  const rows: readonly Row[] = [...ROWS, [MOUNT, 'mount', mount, { partial: 'no propagation between mounts' }]];
  return new Map(
    rows.map(([number, name, serve, extra]): [number, CallRow] => [
      number,
      {
        number,
        name,
        serve,
        state: stateOf(serve, extra),
        note: extra?.partial ?? '',
        restart: !extra?.noRestart,
        resumes: extra?.resumes === true,
        ownSignals: extra?.ownSignals === true,
        count: 0,
      },
    ]),
  );
}
