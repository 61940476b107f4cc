/**
 * What the host and the agent (bench/linux/agent, process 1 of the guest) say to each other over a console: frames of a header and a
 * payload. The C header agent_abi.h is printed from here.
 *
 * Header, 8 bytes, little-endian: u8 MAGIC, u8 type, u16 session, u32 bytes of payload. Sessions are numbered by the host.
 */

export const AGENT_MAGIC = 0xa5;
export const AGENT_HEADER = 8;
/** Bytes of a payload at most. */
export const AGENT_PAYLOAD = 32768;
/** Bytes of standard input that may be under way to one session. */
export const AGENT_WINDOW = 32768;
/** Sessions at a time. */
export const AGENT_SESSIONS = 32;

export const AGENT_FRAMES = [
  {
    id: 'exec',
    code: 1,
    summary:
      'start: u8 terminal, u8 distribution or 0, u16 rows, u16 columns, u16 arguments, u32 user, u32 group; then strings, each with its NUL: root, directory, arguments, environment',
  },
  { id: 'stdin', code: 2, summary: 'bytes for standard input, never more than the window that is left' },
  { id: 'stdinEnd', code: 3, summary: 'the end of standard input' },
  { id: 'signal', code: 4, summary: 'u32 signal to the process group' },
  { id: 'resize', code: 5, summary: 'u16 rows, u16 columns of the terminal' },
  { id: 'poweroff', code: 6, summary: 'end all, write back, power off' },
  {
    id: 'start',
    code: 7,
    summary:
      'start a distribution: u8 number, u8 share, u16 0; then strings, each with its NUL: device, type, host name',
  },
  { id: 'stop', code: 8, summary: 'end a distribution: u8 number' },
  { id: 'hold', code: 9, summary: 'u8 1: send no output of the session for now, 0: go on' },
  { id: 'clock', code: 10, summary: 'u64 nanoseconds since 1970; then bytes that nobody can guess' },
  { id: 'hello', code: 16, summary: 'the agent is ready: u32 version' },
  { id: 'failed', code: 17, summary: 'the session could not start: u32 errno' },
  { id: 'stdout', code: 18, summary: 'bytes of standard output, or of the terminal' },
  { id: 'stderr', code: 19, summary: 'bytes of standard error' },
  { id: 'exit', code: 20, summary: 'the process ended and all its output was sent: u32 wait status' },
  { id: 'taken', code: 21, summary: 'u32 bytes of standard input were taken: the window opens by as many' },
  { id: 'started', code: 22, summary: 'the distribution that was asked for runs' },
  {
    id: 'stopped',
    code: 23,
    summary: 'u32 number of the distribution that runs no more: its disk is written and free',
  },
] as const;
export type AgentFrame = (typeof AGENT_FRAMES)[number]['id'];

/** Distributions, numbered from 1. */
export const AGENT_DISTROS = 32;

export const AGENT_VERSION = 2;

/** Options of the agent on the kernel's command line. */
export const AGENT_OPTIONS = {
  channel: 'trapframe.agent',
  root: 'trapframe.root',
  share: 'trapframe.share',
  hostname: 'trapframe.hostname',
  /** device:count:bytes: cuts a disk into slots of one size, which become its partitions 1, 2, … */
  slots: 'trapframe.slots',
} as const;
