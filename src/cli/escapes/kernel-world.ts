/** Attempts of root in a container, and of root outside of any, on a kernel with a neighbour that is to be reached. */
import { ContainerEngine } from '../../machine/container/engine.ts';
import type { Entry } from '../../machine/container/entry.ts';
import { ContainerHost } from '../../machine/container/host.ts';
import { memoryFolder } from '../../machine/images/folder.ts';
import { ImageStore } from '../../machine/images/store.ts';
import { hostSources } from '../../machine/node/container-sources.ts';
import { Volumes } from '../../machine/node/volumes.ts';
import { KernelProbe } from './kernel-probe.ts';
import type { HostOutside } from './outside.ts';
import { ATTEMPT_MS, type Attempted, changes, type State, type World, within } from './world.ts';

const MEMORY = 128 * 2 ** 20;
const LIMITS = { Memory: 2 ** 25, PidsLimit: 32 };

/** A kernel with its outside, made anew when an attempt left a mark on it. */
class KernelWorld implements World {
  private readonly core: WebAssembly.Module;
  private readonly outside: HostOutside;
  private readonly confined: boolean;
  private readonly neighbour: string;
  private host: ContainerHost | null = null;
  private probe: KernelProbe | null = null;

  constructor(core: WebAssembly.Module, outside: HostOutside, confined: boolean) {
    this.core = core;
    this.outside = outside;
    this.confined = confined;
    this.neighbour = outside.secret.split('').reverse().join('');
  }

  get secrets(): readonly string[] {
    return [this.outside.secret, this.neighbour];
  }

  private async boot(): Promise<{ host: ContainerHost; probe: KernelProbe }> {
    if (this.host && this.probe) return { host: this.host, probe: this.probe };
    const host = await ContainerHost.open(this.core, {
      memory: MEMORY,
      engine: 'interp',
      counting: false,
      time: 'wall',
      seed: null,
      hostName: 'outside',
    });
    this.host = host;
    this.probe = await KernelProbe.start(host, this.outside, this.neighbour);
    return { host, probe: this.probe };
  }

  private clues(probe: KernelProbe, share: string): string[] {
    return [...this.outside.clues(share), ...probe.clues(), `address=${this.gateway()}`];
  }

  private gateway(): string {
    return this.host ? [...this.host.network.host.gateway].join('.') : '';
  }

  async attempt(id: string): Promise<Attempted> {
    const { host, probe } = await this.boot();
    const before: State = { ...this.outside.state(), ...probe.state() };
    const output = this.confined ? await this.inContainer(host, probe, id) : await this.unconfined(probe, id);
    await within(ATTEMPT_MS, 'the neighbour', probe.settled());
    const changed = changes(before, { ...this.outside.state(), ...probe.state() });
    const { limits, text } = output;
    if (limits !== `${LIMITS.Memory} ${LIMITS.PidsLimit}` && limits !== null)
      changed.push(`limits of the container: ${limits}`);
    this.outside.restore();
    if (changed.length) await this.close();
    return { output: text, changed };
  }

  private async unconfined(probe: KernelProbe, id: string): Promise<{ text: string; limits: null }> {
    return {
      text: await within(ATTEMPT_MS, id, probe.run([id, ...this.clues(probe, this.outside.share)])),
      limits: null,
    };
  }

  private async inContainer(
    host: ContainerHost,
    probe: KernelProbe,
    id: string,
  ): Promise<{ text: string; limits: string }> {
    const store = new ImageStore(memoryFolder(), Date.now);
    const engine = new ContainerEngine(
      host,
      hostSources(store, new Volumes(this.outside.folder), () => {}),
    );
    let entry: Entry | null = null;
    try {
      entry = await engine.create(
        {
          Rootfs: this.outside.root,
          Cmd: ['/bin/escape', id, ...this.clues(probe, '/share')],
          HostConfig: { ...LIMITS, Binds: [`${this.outside.share}:/share`] },
        },
        null,
      );
      const { container } = entry;
      engine.start(entry);
      await within(ATTEMPT_MS, id, container.wait());
      const text = Buffer.concat(container.log.kept.map((row) => row.bytes)).toString('latin1');
      return { text, limits: `${container.cgroup.memoryMax} ${container.cgroup.pidsMax}` };
    } finally {
      if (entry) engine.remove(entry, true);
    }
  }

  async close(): Promise<void> {
    this.host?.close();
    this.host = null;
    this.probe = null;
  }
}

/** Root in a container with the share as a volume. */
export const containerWorld = (core: WebAssembly.Module, outside: HostOutside): World =>
  new KernelWorld(core, outside, true);

/** Root on the same kernel, in its first namespaces, with the folder above mounted. */
export const unconfinedWorld = (core: WebAssembly.Module, outside: HostOutside): World =>
  new KernelWorld(core, outside, false);
