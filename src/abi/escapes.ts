/** Attempts to get out of where a program runs, and where they are tried. bench/escapes has what each of them does. */

/** What a program wants to reach. */
export type EscapeGoal = 'files' | 'processes' | 'mounts' | 'kernel';

export interface EscapeAttempt {
  readonly id: string;
  readonly goal: EscapeGoal;
  /** What the program tries. */
  readonly tries: string;
  /** What stands against it. */
  readonly against: string;
}

const SHARE = 'names are looked up a component at a time, from the folder that was given';
const PID = 'other processes have no number in the PID namespace';
const CAP = 'the capability for it is not given';
const OWN = 'what it changes is the namespace’s own';

// biome-ignore format: a table
export const ESCAPES: readonly EscapeAttempt[] = [
  { id: 'dotdot', goal: 'files', tries: 'up to twelve .. from a shared folder', against: SHARE },
  { id: 'link-relative', goal: 'files', tries: 'a symbolic link of the host to ../secret', against: 'links are resolved inside, against the guest’s root' },
  { id: 'link-absolute', goal: 'files', tries: 'a symbolic link of the host to an absolute path', against: 'links are resolved inside, against the guest’s root' },
  { id: 'link-folder', goal: 'files', tries: 'a symbolic link of the host to .., read and written through', against: 'links are resolved inside, against the guest’s root' },
  { id: 'link-made', goal: 'files', tries: 'symbolic links it makes itself', against: 'links are resolved inside, against the guest’s root' },
  { id: 'link-swapped', goal: 'files', tries: 'an open folder, its name then a link to ..', against: 'no folder on the way may be a link of the host' },
  { id: 'hard-link', goal: 'files', tries: 'a hard link to a file outside', against: SHARE },
  { id: 'plant', goal: 'files', tries: 'making a file or folder outside, or moving one there', against: SHARE },
  { id: 'overwrite', goal: 'files', tries: 'writing to a file outside, through links and ..', against: SHARE },
  { id: 'host-pipe', goal: 'files', tries: 'a pipe of the host in the shared folder', against: 'only regular files and folders of the host are opened' },
  { id: 'host-socket', goal: 'files', tries: 'a socket of the host in the shared folder', against: 'only regular files and folders of the host are opened' },
  { id: 'set-id', goal: 'files', tries: 'a set-user-ID file for the host', against: 'these bits are not passed on' },
  { id: 'descriptors', goal: 'files', tries: 'every descriptor up to 1023 that it may have inherited', against: 'it is born with three' },
  { id: 'handles', goal: 'files', tries: 'open_by_handle_at with guessed numbers', against: CAP },
  { id: 'proc-root', goal: 'processes', tries: '/proc/PID/root of every process', against: PID },
  { id: 'proc-cwd', goal: 'processes', tries: '/proc/PID/cwd of every process', against: PID },
  { id: 'proc-fd', goal: 'processes', tries: '/proc/PID/fd of every process', against: PID },
  { id: 'proc-environ', goal: 'processes', tries: '/proc/PID/environ and cmdline', against: PID },
  { id: 'proc-mem', goal: 'processes', tries: '/proc/PID/mem', against: PID },
  { id: 'proc-exe', goal: 'processes', tries: 'overwriting its own program through /proc/self/exe', against: 'a program that runs is not written, under any name' },
  { id: 'kill', goal: 'processes', tries: 'SIGKILL to a process outside', against: PID },
  { id: 'kill-all', goal: 'processes', tries: 'SIGKILL to all', against: PID },
  { id: 'ptrace', goal: 'processes', tries: 'ptrace of every process', against: PID },
  { id: 'process-memory', goal: 'processes', tries: 'process_vm_readv of every process', against: PID },
  { id: 'pidfd', goal: 'processes', tries: 'taking descriptors of others by pidfd_getfd', against: PID },
  { id: 'setns', goal: 'processes', tries: 'joining namespaces of others', against: PID },
  { id: 'prlimit', goal: 'processes', tries: 'changing the limits of a process outside', against: PID },
  { id: 'abstract-socket', goal: 'processes', tries: 'an abstract socket of the outside', against: 'names belong to the network namespace' },
  { id: 'ports', goal: 'processes', tries: 'a port that the outside listens on, by loopback and gateway', against: 'the network namespace has a loopback of its own, the gateway answers nothing for the host' },
  { id: 'shared-memory', goal: 'processes', tries: 'System V shared memory of the outside', against: 'the IPC namespace' },
  { id: 'keyring', goal: 'processes', tries: 'a key of the outside’s user keyring', against: 'there are no keys, or those of a kernel of its own' },
  { id: 'chroot-twice', goal: 'mounts', tries: 'leaving its root by a second chroot and an open folder', against: 'nothing is above the root of its mount namespace' },
  { id: 'pivot-root', goal: 'mounts', tries: 'pivot_root, then .. from the old root', against: CAP },
  { id: 'unmount-root', goal: 'mounts', tries: 'unmounting its root, to see what is beneath', against: CAP },
  { id: 'mount-proc', goal: 'mounts', tries: 'another /proc', against: CAP },
  { id: 'mount-bind', goal: 'mounts', tries: 'binding the root of another process', against: CAP },
  { id: 'mount-tree', goal: 'mounts', tries: 'open_tree and fsopen', against: CAP },
  { id: 'mount-devices', goal: 'mounts', tries: 'devtmpfs, for memory and disks', against: CAP },
  { id: 'mount-share', goal: 'mounts', tries: 'the VM’s shared folder anew, under names that lead out', against: 'the device knows one folder, whatever name is asked for' },
  { id: 'remount', goal: 'mounts', tries: 'making /proc/sys and /sys writable, uncovering what is masked', against: CAP },
  { id: 'user-namespace', goal: 'mounts', tries: 'mounting as root of a user namespace of its own', against: 'it may mount only what shows namespaces of its own; without CAP_SYS_ADMIN containers may make none' },
  { id: 'device-memory', goal: 'mounts', tries: 'device files for memory, /dev/mem, /proc/kcore', against: 'there is no such device' },
  { id: 'device-disk', goal: 'mounts', tries: 'device files for disks, read and mounted', against: 'there is no such device' },
  { id: 'cgroup', goal: 'kernel', tries: 'lifting its limits and those of a neighbour in /sys/fs/cgroup', against: 'it is mounted read-only, from its own group downwards' },
  { id: 'mount-cgroup', goal: 'kernel', tries: 'the same on a mount of its own; release_agent of version 1', against: CAP },
  { id: 'hostname', goal: 'kernel', tries: 'sethostname', against: OWN },
  { id: 'sysctl', goal: 'kernel', tries: 'host name, core_pattern, modprobe in /proc/sys', against: 'it is mounted read-only' },
  { id: 'clock', goal: 'kernel', tries: 'setting the clock', against: CAP },
  { id: 'module', goal: 'kernel', tries: 'loading and unloading modules', against: CAP },
  { id: 'load', goal: 'kernel', tries: 'reading where a kernel has its memory', against: 'page tables; bounds of WebAssembly’s memory' },
  { id: 'pointers', goal: 'kernel', tries: 'giving such addresses to read and write', against: 'addresses are checked as the program’s own' },
  { id: 'reboot', goal: 'kernel', tries: 'restarting and powering off', against: CAP },
];

export interface EscapeHosting {
  readonly id: string;
  readonly title: string;
  /** What may be reached, and what is the outside. */
  readonly boundary: string;
  /** Whether it needs a kernel that was built. */
  readonly needsKernel: boolean;
}

export const ESCAPE_HOSTINGS = [
  {
    id: 'process',
    title: 'process',
    boundary: 'a process on the kernel of src/linux with a folder of the host mounted; the host is outside',
    needsKernel: false,
  },
  {
    id: 'container',
    title: 'container',
    boundary: 'root in a container, as `container run -v` makes it; host, kernel and a neighbour are outside',
    needsKernel: false,
  },
  {
    id: 'container-wasm',
    title: 'container-wasm',
    boundary: 'a WASI program with one folder; everything else is outside',
    needsKernel: false,
  },
  {
    id: 'wsl2',
    title: 'wsl2',
    boundary: 'root in a distribution of the light VM, with a folder shared; the host is outside',
    needsKernel: true,
  },
  {
    id: 'vm',
    title: 'VM share',
    boundary: 'root of a Linux guest with a folder shared over 9p; the host is outside',
    needsKernel: true,
  },
] as const satisfies readonly EscapeHosting[];
export type EscapeHostingId = (typeof ESCAPE_HOSTINGS)[number]['id'];

/** The same programs where they are not kept from it: what succeeds there was really tried elsewhere. */
export const ESCAPE_CONTROLS = [
  { id: 'host', title: 'this process itself, on its own files' },
  { id: 'folder', title: 'the folder above is given too, to a process' },
  { id: 'folder-wasm', title: 'the folder above is given too, to a WASI program' },
  { id: 'unconfined', title: 'root on the kernel of containers, outside of any' },
  { id: 'linux', title: 'root on a real Linux that has the outside on it, and the folder above' },
] as const;
export type EscapeControlId = (typeof ESCAPE_CONTROLS)[number]['id'];
