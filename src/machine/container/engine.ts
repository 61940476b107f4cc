/** What stands between a person and a container host: names, defaults, volumes, and what was asked for. */

import { InputError, isInputError } from '../../abi/errors.ts';
import type { Ending } from '../../linux/task/ending.ts';
import { SIG } from '../../linux/uapi.ts';
import type { FileSystem } from '../../linux/vfs/inode.ts';
import { type LabSwitch, resolverOf } from '../network.ts';
import { beUser, choicesOf, limitsOf, portsOf, resolverWith, signalOf } from './choices.ts';
import { identityFiles, resourcesOf, specOf } from './config.ts';
import type { Wire } from './container.ts';
import { type Entry, isActive } from './entry.ts';
import { EngineEvents } from './events.ts';
import { Execs, launch } from './execs.ts';
import { Health, type HealthPlace, healthCheckOf } from './health.ts';
import type { ContainerHost } from './host.ts';
import type { Files } from './mounts.ts';
import { NAME, newId, newName } from './names.ts';
import { namespacePath } from './namespaces.ts';
import { type Network, Networks } from './networks.ts';
import { memoryPlaces } from './places.ts';
import { type CreateRequest, readCreate, readExec, readUpdate } from './request.ts';
import { Restarts } from './restart.ts';
import { type Base, NO_DEFAULTS, type OpenedRoot, openRoot } from './roots.ts';
import type { KeptContainer, Sources } from './sources.ts';
import { parseSpec } from './spec.ts';
import { findGroups, findUser } from './users.ts';
import { fillVolumes, volumesAlone, withVolumes } from './volume-binds.ts';

/** What a container is from its making on. */
interface About {
  readonly id: string;
  readonly name: string;
  readonly request: CreateRequest;
  /** Milliseconds since 1970; null: now. */
  readonly created: number | null;
}

/** Until a container that does not end when it is asked to is ended. */
const STOP_SECONDS = 10;
/** A container that runs is kept so often, and so many times as long is waited as that took. */
const KEEP_MS = 500;
const KEEP_PAUSE = 20;

/** Before the number of a container whose namespace another is in. */
const JOINS = 'container:';

export class ContainerEngine {
  readonly host: ContainerHost;
  readonly entries = new Map<string, Entry>();
  readonly execs = new Execs((entry, action, more) => this.tell(entry, action, more));
  readonly networks: Networks;
  readonly events: EngineEvents;
  private readonly sources: Sources;
  /** Those that end now do so because all do. */
  private ending = false;

  constructor(host: ContainerHost, sources: Sources) {
    this.host = host;
    this.sources = sources;
    const now = (): number => this.host.system.kernel.clock.realtime();
    this.networks = new Networks(host.network, now());
    this.events = new EngineEvents(now);
  }

  /** By name, number, or the beginning of its number. */
  find(text: string): Entry {
    const wanted = text.replace(/^\//, '');
    for (const entry of this.entries.values()) if (entry.name === wanted || entry.container.id === wanted) return entry;
    const near = [...this.entries.values()].filter((e) => wanted.length >= 3 && e.container.id.startsWith(wanted));
    if (near.length > 1) throw new InputError(`${text} is the beginning of ${near.length} containers’ numbers`);
    if (!near[0]) throw new InputError(`there is no container ${text}`);
    return near[0];
  }

  private demandName(name: string): void {
    if (!NAME.test(name))
      throw new InputError(`“${name}” is no name for a container: letters, digits, and after the first one _ . -`);
    for (const entry of this.entries.values())
      if (entry.name === name)
        throw new InputError(
          `the name ${name} is that of container ${entry.container.id.slice(0, 12)}: remove or rename it`,
        );
  }

  private async base(request: CreateRequest, id: string, imageId = ''): Promise<Base> {
    if (request.Rootfs && request.Image) throw new InputError('a container has an image or a root folder, not both');
    if (request.Rootfs) return this.sources.openFolder(request.Rootfs);
    if (request.Image) return this.sources.openImage(request.Image, id, imageId || request.Image);
    throw new InputError('a container needs an image, or --rootfs DIR');
  }

  /**
   * Makes a container from a request of the Docker Engine API; `bare`, without the volumes its image wants. Throws InputError, and then
   * nothing is left of it.
   */
  async create(body: unknown, wantedName: string | null, bare = false): Promise<Entry> {
    const asked = this.joining(readCreate(body));
    if (wantedName !== null) this.demandName(wantedName);
    const id = newId();
    const base = await this.base(asked, id);
    // Meanwhile somebody may have taken it.
    if (wantedName !== null) this.demandName(wantedName);
    const name = wantedName ?? newName((n) => [...this.entries.values()].some((e) => e.name === n));
    const { anonymous } = this.sources;
    const defaults = bare ? NO_DEFAULTS : base.defaults;
    const { request, made } = withVolumes(asked, defaults, anonymous, (text) => this.find(text));
    const entry = this.build({ id, name, request, created: null }, base, null);
    try {
      for (const volume of made) anonymous!.make(volume);
      const now = (): number => this.host.system.kernel.clock.coarse();
      fillVolumes(entry, (volume) => this.sources.openPlace(volume, false), now);
    } catch (e) {
      this.remove(entry, true, true);
      throw e;
    }
    this.tell(entry, 'create');
    this.keep(entry);
    return entry;
  }

  /** Other containers whose namespaces it is in are named by their numbers, and give it their host name. */
  private joining(request: CreateRequest): CreateRequest {
    const { HostConfig: host } = request;
    const asId = (mode: string | null | undefined): string | undefined =>
      mode?.startsWith(JOINS) ? `${JOINS}${this.find(mode.slice(JOINS.length)).container.id}` : (mode ?? undefined);
    const [NetworkMode, PidMode, IpcMode] = [host.NetworkMode, host.PidMode, host.IpcMode].map(asId);
    const other = NetworkMode?.startsWith(JOINS) ? this.find(NetworkMode.slice(JOINS.length)) : null;
    const Hostname = request.Hostname || other?.hostname;
    return { ...request, Hostname, HostConfig: { ...host, NetworkMode, PidMode, IpcMode } };
  }

  /** Puts a container there again as it was kept, with what it had changed. Throws InputError, and then nothing is left of it. */
  async restore(kept: KeptContainer, before: FileSystem | null): Promise<Entry> {
    const { id, name, created, started, finished, ending, oomKilled, restarts, log } = kept;
    const request = readCreate(kept.request);
    // One that could not be kept comes again.
    for (const network of [
      request.HostConfig.NetworkMode,
      ...Object.keys(request.NetworkingConfig?.EndpointsConfig ?? {}),
    ])
      if (network && network !== 'default' && !network.startsWith(JOINS) && !this.networks.has(network))
        this.createNetwork(network, {});
    // It is made of the image it had, whatever its name means now.
    const base = await this.base(request, id, kept.imageId);
    const entry = this.build({ id, name, request, created }, base, before);
    const { container } = entry;
    Object.assign(container, { started, finished, oomKilled });
    Object.assign(entry.restarts, restarts);
    if (ending) Object.assign(container, { state: 'exited', ending });
    for (const { stream, time, bytes } of log) container.log.write(stream, time, bytes);
    return entry;
  }

  private build(about: About, base: Base, before: FileSystem | null): Entry {
    const opened = openRoot(base, () => this.host.system.kernel.clock.coarse(), { before });
    opened.root.fs.hold();
    try {
      const entry = this.make(about, opened);
      this.entries.set(about.id, entry);
      return entry;
    } catch (e) {
      opened.root.fs.release();
      opened.release();
      throw e;
    }
  }

  /** Those that go when they end are not kept. */
  private keep(entry: Entry): void {
    if (!entry.request.HostConfig.AutoRemove) this.sources.keeper?.keep(entry);
  }

  private make({ id, name, request, created }: About, opened: OpenedRoot): Entry {
    const { defaults } = opened.base;
    const { HostConfig: host } = request;
    const mode = host.NetworkMode && host.NetworkMode !== 'default' ? host.NetworkMode : 'bridge';
    const network = mode.startsWith(JOINS) ? this.networks.joined(mode) : this.networks.find(mode);
    const ports = portsOf(request, defaults, network);
    const wires = this.wiresOf(request, network, name, id);
    const choices = choicesOf(id, request, defaults, network);
    const { args, binds, hostname, terminal, shared } = choices;
    const resolver = resolverWith(resolverOf(this.wireBehind(network) ?? this.host.network), host);
    const { places, release } = memoryPlaces(identityFiles(choices, null, host.ExtraHosts, resolver), () =>
      this.host.system.kernel.clock.coarse(),
    );
    const files: Files = {
      root: opened.root,
      openHost: (path, readOnly) => places.get(path) ?? this.sources.openPlace(path, readOnly),
      release,
    };
    const document = specOf(choices);
    for (const path of places.keys())
      if (!binds.some((b) => b.target === path))
        document.mounts?.push({ destination: path, type: 'bind', source: path, options: ['bind'] });
    const spec = parseSpec(document);
    const [rows, columns] = request.ConsoleSize ?? host.ConsoleSize ?? [0, 0];
    const container = this.host.create({
      id,
      spec,
      files,
      io: { terminal, openStdin: request.OpenStdin === true, rows, columns },
      wires,
      ...(created !== null && { created }),
    });
    try {
      const read = (path: string): string => container.readText(path);
      const user = findUser(request.User || defaults.user, read);
      const additionalGids = [...new Set([...user.additionalGids, ...findGroups(host.GroupAdd, read)])];
      beUser(spec.process, { ...user, additionalGids });
      const check = healthCheckOf(request.Healthcheck ?? null, defaults.healthcheck);
      const entry: Entry = {
        container,
        name,
        request,
        opened,
        args,
        labels: { ...defaults.labels, ...request.Labels },
        stopSignal: signalOf(request.StopSignal || defaults.stopSignal || 'TERM'),
        stopSeconds: request.StopTimeout ?? STOP_SECONDS,
        binds,
        hostname,
        shared,
        networks: this.networks,
        network,
        ports,
        published: [],
        restarts: new Restarts(),
        health:
          check &&
          new Health(
            check,
            this.healthPlace(() => entry),
          ),
      };
      return entry;
    } catch (e) {
      this.host.remove(container);
      throw e;
    }
  }

  private healthPlace(of: () => Entry): HealthPlace {
    return {
      launch: (Cmd) => (of().container.state === 'paused' ? null : launch(of(), readExec({ Cmd }))),
      kill: ({ process }) => this.host.system.signal(process, SIG.KILL),
      now: () => this.host.system.kernel.clock.realtime(),
      tell: (status) => this.tell(of(), `health_status: ${status}`),
    };
  }

  tell(entry: Entry, action: string, more: Readonly<Record<string, string>> = {}): void {
    const { name, labels, opened, container } = entry;
    this.events.tell('container', action, container.id, { ...labels, image: opened.base.name, name, ...more });
  }

  kill(entry: Entry, signal: number): void {
    const { container, restarts, stopSignal } = entry;
    if (restarts.pending) {
      this.cancelRestart(entry);
      return;
    }
    container.signal(signal);
    if (signal === SIG.KILL || signal === stopSignal) restarts.endByHand();
    this.tell(entry, 'kill', { signal: String(signal) });
  }

  pause(entry: Entry): void {
    entry.container.pause();
    this.tell(entry, 'pause');
  }

  resume(entry: Entry): void {
    entry.container.resume();
    this.tell(entry, 'unpause');
  }

  createNetwork(name: string, labels: Readonly<Record<string, string>>): Network {
    const network = this.networks.create(name, labels, this.host.system.kernel.clock.realtime());
    this.events.tell('network', 'create', network.id, { name, type: network.driver });
    this.sources.keeper?.keepNetworks(this.networks.kept);
    return network;
  }

  /** The wires of a container that is made: the network it names, and those of NetworkingConfig. */
  private wiresOf({ NetworkingConfig }: CreateRequest, first: Network, name: string, id: string): Wire[] {
    const endpoints = NetworkingConfig?.EndpointsConfig ?? {};
    const wires: Wire[] = [];
    const others = Object.keys(endpoints).map((key) => this.networks.find(key === 'default' ? 'bridge' : key));
    for (const network of new Set([first, ...others])) {
      const aliases = endpoints[network.name]?.Aliases ?? [];
      if (network.wire) wires.push(this.wireOf(network, name, id, aliases));
    }
    return wires;
  }

  /** The wire of the network it has, or of the one it has it from. */
  private wireBehind({ wire, driver, name }: Network): LabSwitch | null {
    if (driver !== 'container') return wire;
    return this.entries.get(name.slice(JOINS.length))?.network.wire ?? null;
  }

  /** Finds the namespaces of others it is in. Throws InputError where one does not run. */
  private joinOthers({ container, shared }: Entry): void {
    for (const row of container.spec.linux.namespaces) {
      const of = shared[row.type];
      if (row.type === 'mount' || !of?.startsWith(JOINS)) continue;
      const other = this.entries.get(of.slice(JOINS.length));
      if (!other?.container.isUp)
        throw new InputError(
          `its ${row.type} namespace is that of container ${other?.name ?? of.slice(JOINS.length, 22)}, which does not run`,
        );
      row.path = namespacePath(other.container.pid, row.type);
    }
  }

  /** On networks people make, containers are found by name, number and alias. */
  private wireOf({ wire, own }: Network, name: string, id: string, aliases: readonly string[]): Wire {
    return { network: wire!, names: own ? [name, id.slice(0, 12), ...aliases] : [] };
  }

  /** Puts a container on one more network. */
  connect(entry: Entry, network: Network, aliases: readonly string[]): void {
    if (!network.wire) throw new InputError(`nobody can be put on the network ${network.name}`);
    entry.container.connect(this.wireOf(network, entry.name, entry.container.id, aliases));
  }

  disconnect(entry: Entry, network: Network): void {
    if (!network.wire) throw new InputError(`nobody can be taken off the network ${network.name}`);
    entry.container.disconnect(network.wire);
  }

  /** Who is on a network. */
  usersOf(network: Network): Entry[] {
    const { wire } = network;
    return [...this.entries.values()].filter((e) => (wire ? e.container.isOn(wire) : e.network === network));
  }

  removeNetwork(network: Network): void {
    const users = this.usersOf(network);
    if (users.length)
      throw new InputError(`the network ${network.name} is used by ${users.map((e) => e.name).join(', ')}`);
    this.networks.remove(network);
    this.sources.keeper?.keepNetworks(this.networks.kept);
    this.events.tell('network', 'destroy', network.id, { name: network.name, type: network.driver });
  }

  /** Publishes the ports it asks for, and starts it. Rejects with InputError, and then neither is done. */
  async run(entry: Entry): Promise<void> {
    entry.restarts.begin();
    await this.rerun(entry);
  }

  private async rerun(entry: Entry): Promise<void> {
    const { container, ports } = entry;
    if (container.isUp) throw new InputError(`container ${entry.name} runs already`);
    // What it changed the last time is kept before it changes more.
    await this.settled();
    const { publish } = this.sources;
    if (ports.length && !publish) throw new InputError('--publish: there are no ports of a host here');
    const published = ports.length
      ? await publish!(ports, () => {
          const place = container.places[0];
          return place ? { stack: this.host.outside(place.network), address: place.address } : null;
        })
      : [];
    const close = (): void => {
      for (const port of published) port.close();
      entry.published = [];
    };
    entry.published = published;
    try {
      this.start(entry);
    } catch (e) {
      close();
      // Nobody else would remove it.
      if (entry.request.HostConfig.AutoRemove) this.remove(entry, false, true);
      throw e;
    }
    void container.wait().then(close);
  }

  start(entry: Entry): void {
    const { container } = entry;
    this.joinOthers(entry);
    container.start();
    this.tell(entry, 'start');
    entry.health?.begin();
    void container.wait().then((ending) => {
      entry.health?.end();
      if (container.oomKilled) this.tell(entry, 'oom');
      this.tell(entry, 'die', { exitCode: String(ending.code) });
      if (this.entries.get(container.id) !== entry) return;
      this.restartWhereWanted(entry, ending);
      this.keep(entry);
    });
    this.keep(entry);
    this.keepUp(entry);
    if (entry.request.HostConfig.AutoRemove)
      void entry.container.wait().then(() => {
        // Who waits for its end hears of it before it is gone.
        setTimeout(() => {
          if (this.entries.get(entry.container.id) === entry && !entry.container.isUp) this.remove(entry, false, true);
        }, 0);
      });
  }

  private restartWhereWanted(entry: Entry, ending: Ending): void {
    const { container, restarts, request } = entry;
    if (this.ending) return;
    restarts.ended(request.HostConfig.RestartPolicy, ending, container.finished - container.started, () =>
      this.restart(entry),
    );
  }

  private restart(entry: Entry): void {
    this.rerun(entry).catch((e: unknown) => {
      if (!isInputError(e)) throw e;
      this.host.system.kernel.say(`container ${entry.name} can’t be started again: ${e.message}`);
    });
  }

  /** It was to be started again, and is not. */
  private cancelRestart(entry: Entry): void {
    entry.restarts.endByHand();
    this.tell(entry, 'stop');
    this.keep(entry);
  }

  /** Starts those that ran before this process did, where their policy wants that. */
  revive(): void {
    for (const entry of this.entries.values()) {
      const { container, restarts, request } = entry;
      if (container.state !== 'exited' || !restarts.revives(request.HostConfig.RestartPolicy, container.ending))
        continue;
      restarts.begin();
      this.restart(entry);
    }
  }

  /** While it runs, what it changes and says is kept as it comes, at a small part of the time. */
  private keepUp(entry: Entry): void {
    const { container, opened, request } = entry;
    const { keeper } = this.sources;
    if (!keeper || request.HostConfig.AutoRemove) return;
    let [changes, last] = [opened.changes(), container.log.latest];
    const look = async (): Promise<void> => {
      if (!container.isUp || this.entries.get(container.id) !== entry) return;
      const from = performance.now();
      if (opened.changes() !== changes || container.log.latest !== last) {
        [changes, last] = [opened.changes(), container.log.latest];
        this.keep(entry);
        await keeper.settled();
      }
      setTimeout(() => void look(), Math.max(KEEP_MS, KEEP_PAUSE * (performance.now() - from)));
    };
    setTimeout(() => void look(), KEEP_MS);
  }

  /** Asks it to end, and after so many seconds does not ask. */
  async stop(entry: Entry, seconds = entry.stopSeconds): Promise<void> {
    const { container, restarts } = entry;
    if (restarts.pending) this.cancelRestart(entry);
    if (!container.isUp) return;
    if (!this.ending) restarts.endByHand();
    if (container.state === 'paused') container.resume();
    container.signal(entry.stopSignal);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<'late'>((settle) => {
      timer = setTimeout(() => settle('late'), seconds * 1000);
    });
    if ((await Promise.race([container.wait(), late])) === 'late' && container.isUp) {
      container.signal(SIG.KILL);
      await container.wait();
    }
    clearTimeout(timer);
    this.tell(entry, 'stop');
  }

  rename(entry: Entry, name: string): void {
    this.demandName(name);
    const oldName = entry.name;
    entry.name = name;
    this.tell(entry, 'rename', { oldName: `/${oldName}` });
    this.keep(entry);
  }

  /** `volumes`: with those nobody named. */
  remove(entry: Entry, force: boolean, volumes = false): void {
    const { container } = entry;
    if (isActive(entry) && !force)
      throw new InputError(`container ${entry.name} runs: stop it, or remove it with --force`);
    this.execs.forget(entry);
    entry.restarts.cancel();
    this.entries.delete(container.id);
    this.host.remove(container);
    entry.opened.root.fs.release();
    entry.opened.release();
    if (volumes)
      for (const volume of volumesAlone(entry, this.entries.values(), this.sources.anonymous)) {
        this.sources.anonymous?.remove(volume);
        this.events.tell('volume', 'destroy', volume, { driver: 'local' });
      }
    this.tell(entry, 'destroy');
    this.sources.keeper?.forget(container.id);
  }

  /** Resolves when it has been removed. */
  gone(entry: Entry): Promise<void> {
    const { id } = entry.container;
    return new Promise((settle) => {
      if (!this.entries.has(id)) return settle();
      const stop = this.events.listen((event) => {
        if (event.id !== id || event.action !== 'destroy') return;
        stop();
        settle();
      });
    });
  }

  /** What is kept is as it is here. */
  async settled(): Promise<void> {
    await this.sources.keeper?.settled();
  }

  /** Changes limits of a container, at once where it runs. */
  update(entry: Entry, body: unknown): void {
    const asked = readUpdate(body);
    const host = entry.request.HostConfig;
    const next = {
      Memory: asked.Memory || host.Memory,
      MemoryReservation: asked.MemoryReservation || host.MemoryReservation,
      NanoCpus: asked.NanoCpus || host.NanoCpus,
      CpuPeriod: asked.CpuPeriod || host.CpuPeriod,
      CpuQuota: asked.CpuQuota || host.CpuQuota,
      CpuShares: asked.CpuShares || host.CpuShares,
      PidsLimit: asked.PidsLimit ?? host.PidsLimit,
    };
    entry.container.limit(resourcesOf(limitsOf(next)));
    Object.assign(host, next);
    if (asked.RestartPolicy) host.RestartPolicy = asked.RestartPolicy;
    this.tell(entry, 'update');
    this.keep(entry);
  }

  /** What a container at rest was given is kept too. */
  changed(entry: Entry): void {
    if (!entry.container.isUp) this.keep(entry);
  }

  /** Ends all that runs, in good order, and keeps it. */
  async shutDown(seconds: number): Promise<void> {
    this.ending = true;
    for (const entry of this.entries.values()) entry.restarts.cancel();
    const running = [...this.entries.values()].filter((e) => e.container.isUp);
    await Promise.all(running.map((e) => this.stop(e, Math.min(seconds, e.stopSeconds))));
    await this.settled();
  }

  /** Whether something runs, or is here that is not kept. */
  get busy(): boolean {
    const { keeper } = this.sources;
    return [...this.entries.values()].some((e) => !keeper || isActive(e));
  }
}
