import { type Build, roundTrips, type Workload, type WorkloadParam } from './row.ts';

const PROGRAM: readonly Build[] = ['linux', 'wasi'];

/** The same archive wherever it is unpacked. */
const ARCHIVE: readonly WorkloadParam[] = [
  { name: 'files', default: 1_000, summary: 'files in eight directories', unit: 'files', least: 1, most: 100_000 },
  { name: 'bytes', default: 2_048, summary: 'bytes of a file, on average', unit: 'bytes', most: 1_000_000 },
];

/** Workloads of a whole system, with files and a beginning: programs of Linux and of WASI, none of the guest kernel. */
export const SYSTEM_WORKLOADS: readonly Workload[] = [
  {
    id: 'startup',
    group: 'system',
    summary:
      'From nothing to the first line of output of a program: a process, a container, a virtual machine is made, comes to its first instruction, and says something. The wall time is that of all of it.',
    params: [],
    program: 'system/startup',
    native: false,
    builds: PROGRAM,
    measure: 'startup',
    quick: {},
  },
  {
    id: 'boot',
    group: 'system',
    summary:
      'A real Linux kernel boots, from nothing to the prompt of a shell at a terminal: the machine is compiled, made and loaded, the kernel comes to its first process, that gets ready, and the shell speaks.',
    params: [],
    program: 'system/startup',
    native: false,
    builds: ['linux'],
    measure: 'boot',
    quick: {},
  },
  {
    id: 'untar',
    group: 'system',
    summary: 'An archive of many small files is unpacked into files of the guest: create, write, close.',
    params: ARCHIVE,
    program: 'system/untar',
    operations: 'files',
    native: false,
    builds: PROGRAM,
    quick: { files: 100 },
  },
  {
    id: 'untar-host',
    group: 'system',
    summary: 'The same archive is unpacked into files of the host, by whatever way there is to them.',
    params: ARCHIVE,
    program: 'system/untar',
    operations: 'files',
    native: false,
    builds: PROGRAM,
    hostFiles: true,
    quick: { files: 100 },
  },
  {
    id: 'file-calls',
    group: 'system',
    summary:
      'Ten calls of the file system a round: a file is made, written, read, looked at, opened anew, read, renamed and removed.',
    params: [
      { name: 'rounds', default: 5_000, summary: 'files made and removed', unit: 'rounds', least: 1 },
      { name: 'bytes', default: 4_096, summary: 'bytes of the file', unit: 'bytes', least: 1, most: 1_000_000 },
    ],
    program: 'system/files',
    operations: 'rounds',
    native: false,
    builds: PROGRAM,
    quick: { rounds: 200 },
  },
  {
    id: 'tcp-echo',
    group: 'system',
    summary:
      'Bytes go to another process over a TCP connection on the loopback address and come back changed: two system calls, two segments and two switches each way.',
    params: roundTrips(5_000),
    program: 'system/tcp',
    operations: 'n',
    native: false,
    builds: ['linux'],
    quick: { n: 200 },
  },
  {
    id: 'net-echo',
    group: 'system',
    summary:
      'The same over the lab’s network: the other process is in a network namespace, a container or a machine of its own, with another between them that passes frames on. Of two machines the one that asks is counted.',
    params: roundTrips(5_000),
    program: 'system/tcp',
    operations: 'n',
    native: false,
    builds: ['linux'],
    pair: true,
    quick: { n: 200 },
  },
];
