/** A container host: one kernel on one machine, and the containers that share it. */
import { InputError } from '../../abi/errors.ts';
import { NetStack } from '../../linux/net/stack.ts';
import { RELEASE } from '../../linux/syscalls/release.ts';
import type { System } from '../../linux/system.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { joinLab, LabSwitch, labMac } from '../network.ts';
import { createLinuxHost, type LinuxHost, type LinuxOptions } from '../programs.ts';
import { Container, type ContainerRequest } from './container.ts';

/** Guests have the numbers below. */
const FIRST_MAC = 0x8000;

export class ContainerHost {
  readonly containers = new Map<string, Container>();
  /** Why the kernel itself gave up, if it did. */
  failure: Error | null = null;
  /** The wire its containers are on, and whoever else is plugged in. */
  readonly network = new LabSwitch();
  private readonly stacks = new WeakMap<LabSwitch, NetStack>();
  private made = 0;
  private readonly host: LinuxHost;

  private constructor(host: LinuxHost, onFailure: (e: Error) => void) {
    this.host = host;
    host
      .drive(() => false)
      .catch((e: unknown) => {
        this.failure = e instanceof Error ? e : new Error(String(e));
        onFailure(this.failure);
      });
  }

  /** Boots a kernel. It runs by itself from then on; `onFailure` hears of its end, which is a mistake of ours. */
  static async open(
    module: WebAssembly.Module,
    options: LinuxOptions,
    onFailure: (e: Error) => void = () => {},
  ): Promise<ContainerHost> {
    const host = await createLinuxHost(module, options, (clock) => ({
      fs: new Tmpfs({ now: () => clock.coarse() }),
      source: 'rootfs',
    }));
    const { system } = host;
    system.mountOwn({ '/proc': 'proc', '/dev': 'devtmpfs', '/sys': 'sysfs', '/sys/fs/cgroup': 'cgroup2' });
    return new ContainerHost(host, onFailure);
  }

  /** As uname(2) tells it. */
  get kernelRelease(): string {
    return RELEASE.release;
  }

  get system(): System {
    return this.host.system;
  }

  private newMac(): Uint8Array {
    return labMac(FIRST_MAC + (this.made++ % FIRST_MAC));
  }

  /** A stack of the host itself on a network, for what it passes on to containers. */
  outside(network: LabSwitch): NetStack {
    let stack = this.stacks.get(network);
    if (!stack) {
      stack = new NetStack(this.system.kernel.network);
      joinLab(stack, network, { mac: this.newMac(), name: '' });
      this.stacks.set(network, stack);
    }
    return stack;
  }

  /** Makes a container; nothing of it runs yet. */
  create(request: ContainerRequest): Container {
    if (this.failure) throw this.failure;
    if (this.containers.has(request.id)) throw new InputError(`there is a container ${request.id} already`);
    const container = new Container(this.system, () => this.newMac(), request);
    this.containers.set(request.id, container);
    return container;
  }

  /** Ends a container if it runs, and lets go of all it held. */
  remove(container: Container): void {
    container.dispose();
    this.containers.delete(container.id);
  }

  /** Ends everything. */
  close(): void {
    for (const container of [...this.containers.values()]) this.remove(container);
    this.host.stop();
  }
}
