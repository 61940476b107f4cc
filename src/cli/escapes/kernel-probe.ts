/** What there is to be reached on a kernel of src/linux: a secret in its files, a process with its sockets, a group with limits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeControl } from '../../linux/proc/cgroup.ts';
import type { ControlGroup } from '../../linux/task/cgroup.ts';
import type { Process } from '../../linux/task/task.ts';
import { S } from '../../linux/uapi.ts';
import { HostFs } from '../../linux/vfs/host.ts';
import { InputStream, OutputStream } from '../../linux/vfs/stream.ts';
import type { ContainerHost } from '../../machine/container/host.ts';
import { hostFiles } from '../../machine/node/host-files.ts';
import type { HostOutside } from './outside.ts';
import { ATTEMPT_MS, type State, secretText, within } from './world.ts';

const OWN = { uid: 0, gid: 0 };
const FOLDER = '/outside';
const GROUP = 'neighbour';
const NOFILE = 7;
/** Of the program, to see whether it is the same. */
const HEAD = 16;
const SOCKET = 'trapframe-neighbour';
/** Kernel and host are looked at a moment apart. */
const CLOCK_MS = 60_000;

export class KernelProbe {
  private readonly host: ContainerHost;
  private readonly outside: HostOutside;
  private readonly group: ControlGroup;
  private process: Process | null = null;

  private constructor(host: ContainerHost, outside: HostOutside) {
    this.host = host;
    this.outside = outside;
    const { cgroups } = host.system.kernel;
    cgroups.enableAll();
    this.group = cgroups.makeChild(GROUP);
    writeControl(host.system.kernel, this.group, 'memory.max', '33554432');
    writeControl(host.system.kernel, this.group, 'pids.max', '16');
  }

  /** Puts it all there and waits until the neighbour listens. */
  static async start(host: ContainerHost, outside: HostOutside, secret: string): Promise<KernelProbe> {
    const probe = new KernelProbe(host, outside);
    const { system } = host;
    const put = (folder: string, name: string, mode: number, bytes: Uint8Array): void => {
      const { inode } = system.makeDirectories(folder).dentry;
      inode.create(name, { ...OWN, mode: S.IFREG | mode }).write(0, bytes);
    };
    put('/bin', 'escape', 0o755, readFileSync(join(outside.root, 'bin/escape')));
    put(FOLDER, 'secret', 0o644, Buffer.from(secretText(secret)));
    system.makeDirectories('/tmp');
    system.mount(outside.folder, { fs: new HostFs(hostFiles(outside.folder, false)), source: outside.folder });
    await within(ATTEMPT_MS, 'the neighbour', probe.listen(secretText(secret).trim()));
    return probe;
  }

  private spawn(args: readonly string[], sink: (text: string) => void): Process {
    const stdin = new InputStream();
    stdin.end();
    const out = new OutputStream((bytes) => sink(Buffer.from(bytes).toString('latin1')));
    return this.host.system.spawn({
      argv: ['/bin/escape', ...args],
      env: [],
      cwd: '/',
      stdio: [stdin, out, out],
    });
  }

  private listen(secret: string): Promise<void> {
    return new Promise((ready) => {
      const args = ['outside', secret, `folder=${FOLDER}`, `socket=${SOCKET}`, `port=${this.outside.port}`];
      this.process = this.spawn(args, () => ready());
    });
  }

  /** What attempts are told besides. */
  clues(): string[] {
    const pid = this.process?.pid.in(this.host.system.kernel.pids) ?? 0;
    return [`secret=${FOLDER}/secret`, `pid=${pid}`, `socket=${SOCKET}`, `group=/${GROUP}`];
  }

  /** Runs the program as root of the first namespaces; what it said. */
  run(args: readonly string[]): Promise<string> {
    return new Promise((done) => {
      let text = '';
      const process = this.spawn(args, (more) => {
        text += more;
      });
      process.onExit = () => done(text);
    });
  }

  /** What attempts sent the neighbour has reached it. */
  async settled(): Promise<void> {
    const { process } = this;
    while (process && process.status === null && process.leader.state === 'runnable') await sleep(1);
  }

  state(): State {
    const { system } = this.host;
    const { process, group } = this;
    const { uts } = system.initTask.namespaces;
    const drift = Math.abs(system.kernel.clock.realtime() - Date.now());
    const program = system.makeDirectories('/bin').dentry.inode.lookup('escape');
    const head = new Uint8Array(HEAD);
    program?.read(0, head);
    return {
      'the neighbour':
        process && process.status === null ? process.leader.state.replace('runnable', 'sleeping') : 'ended',
      'the neighbour’s limit of files': String(process?.limits[NOFILE]?.soft),
      'the neighbour’s group': process?.cgroup.path ?? 'none',
      'limits of the neighbour’s group': `${group.memoryMax} ${group.pidsMax}`,
      'members of the neighbour’s group': String(group.members.size),
      'the kernel’s name': `${uts.host} ${uts.domain}`,
      'the kernel’s clock': drift < CLOCK_MS ? 'right' : 'wrong',
      'the program on the kernel': Buffer.from(head).toString('hex'),
      'the kernel': this.host.failure ? `gave up: ${this.host.failure.message}` : 'runs',
    };
  }
}
