/** A container host for another thread: one kernel, a store of images in memory, requests that can be sent as messages. */

import { joined } from '../../abi/bytes.ts';
import { InputError } from '../../abi/errors.ts';
import { bytesSource } from '../../image/source.ts';
import type { Ending } from '../../linux/task/ending.ts';
import { memoryFolder } from '../images/folder.ts';
import { claimOfOrigin, opfsFolder } from '../images/opfs-folder.ts';
import { ImageStore } from '../images/store.ts';
import type { LinuxOptions } from '../programs.ts';
import { signalOf } from './choices.ts';
import { inspectionOf, summaryOf } from './describe.ts';
import { ContainerEngine } from './engine.ts';
import type { Entry } from './entry.ts';
import { ContainerHost } from './host.ts';
import { imageBase } from './images.ts';
import { KeptVolumes } from './kept-volumes.ts';
import type { LogEntry } from './log.ts';
import type { CreateInput, ExecInput } from './request.ts';

export interface Output {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** What workers/container.ts exposes; every refusal is an InputError. */
export interface RemoteContainers {
  /**
   * Comes first: boots the kernel. `volumes`: a folder of the browser's own files where volumes are kept; null: in memory, as long as
   * this is.
   */
  open(core: WebAssembly.Module, options: Omit<LinuxOptions, 'log'>, volumes?: string | null): Promise<void>;
  /** Takes the images of an archive; their names. */
  load(archive: Uint8Array, what: string): Promise<string[]>;
  /** Makes an image of a root file system's archive. */
  importRoot(archive: Uint8Array, name: string, cmd: readonly string[]): Promise<void>;
  create(request: CreateInput, name: string | null): Promise<string>;
  start(id: string): void;
  /** Resolves when it has ended. */
  wait(id: string): Promise<Ending>;
  output(id: string): Output;
  /** Sends to its standard input; null: its end. */
  write(id: string, bytes: Uint8Array | null): void;
  exec(id: string, request: ExecInput): Promise<Output & Ending>;
  kill(id: string, signal: string): void;
  remove(id: string, force: boolean): void;
  /** Names of the volumes there are. */
  volumes(): Promise<string[]>;
  removeVolume(name: string): Promise<void>;
  /** Ends everything; volumes are as they were when their containers last ended, or a moment ago. */
  close(): Promise<void>;
  list(): object[];
  inspect(id: string): object;
  /** What `dmesg` shows. */
  messages(): string[];
}

function outputOf(entries: readonly LogEntry[]): Output {
  const of = (stream: LogEntry['stream']): Uint8Array =>
    joined(entries.filter((e) => e.stream === stream).map(({ bytes }) => bytes));
  return { stdout: of('stdout'), stderr: of('stderr') };
}

export function createRemoteContainers(): RemoteContainers {
  let engine: ContainerEngine | null = null;
  const store = new ImageStore(memoryFolder(), Date.now);
  const opened = (): ContainerEngine => {
    if (!engine) throw new Error('open() comes first');
    return engine;
  };
  const noFiles = (): never => {
    throw new InputError('there are no files of the host here', 'Put what is needed into an image.');
  };
  const container = (id: string) => opened().find(id).container;
  let volumes: KeptVolumes | null = null;
  let saving: Promise<unknown> = Promise.resolve();
  const volumesOf = ({ binds }: Entry): string[] => binds.map((b) => b.source).filter((name) => !name.includes('/'));
  /** Volumes that a request names are read before it is made. */
  const readVolumes = async (binds: CreateInput['HostConfig']): Promise<void> => {
    for (const bind of binds?.Binds ?? []) {
      const source = bind.split(':')[0]!;
      if (!source.includes('/')) await volumes?.load(source);
    }
  };

  return {
    async open(core, options, kept = null) {
      const host = await ContainerHost.open(core, options);
      const now = (): number => host.system.kernel.clock.realtime();
      volumes = new KeptVolumes(
        kept === null ? { folder: memoryFolder(), now } : { folder: opfsFolder(kept), now, claim: claimOfOrigin },
      );
      const all = volumes;
      engine = new ContainerEngine(host, {
        openFolder: noFiles,
        openPlace: (path) => (path.includes('/') ? noFiles() : all.open(path)),
        openImage: (name, holder, ref) => imageBase(store, name, holder, ref, () => {}),
      });
      const { entries, events } = engine;
      events.listen(({ action, id }) => {
        const entry = action === 'die' ? entries.get(id) : undefined;
        if (entry) saving = Promise.all([saving, ...volumesOf(entry).map((name) => all.save(name))]);
      });
    },
    async load(archive, what) {
      return (await store.load(bytesSource(archive), what)).flatMap(({ names }) => names);
    },
    async importRoot(archive, name, cmd) {
      await store.importRoot(bytesSource(archive), {
        what: name,
        names: [name],
        platform: { os: 'linux', architecture: 'riscv64' },
        config: { Cmd: [...cmd] },
        created: new Date(0).toISOString(),
        createdBy: 'import',
      });
    },
    async create(request, name) {
      await readVolumes(request.HostConfig);
      return (await opened().create(request, name)).container.id;
    },
    start: (id) => opened().start(opened().find(id)),
    async wait(id) {
      const ending = await container(id).wait();
      await saving;
      return ending;
    },
    output: (id) => outputOf(container(id).log.kept),
    write(id, bytes) {
      const { output } = container(id);
      if (bytes) output.write(bytes);
      else output.endInput();
    },
    async exec(id, request) {
      const running = opened().execs.start(opened().execs.create(opened().find(id), request));
      const ending = await running.ended;
      return { ...outputOf(running.io.log.kept), ...ending };
    },
    kill: (id, signal) => container(id).signal(signalOf(signal)),
    remove: (id, force) => opened().remove(opened().find(id), force),
    volumes: async () => (await volumes?.list()) ?? [],
    async removeVolume(name) {
      const users = [...opened().entries.values()].filter((e) => volumesOf(e).includes(name)).map((e) => e.name);
      if (users.length) throw new InputError(`the volume ${name} is used by ${users.join(', ')}`);
      await volumes?.remove(name);
    },
    async close() {
      await saving;
      engine?.host.close();
      volumes?.close();
      store.close();
    },
    list: () => [...opened().entries.values()].map((entry) => summaryOf(entry, Date.now())),
    inspect: (id) => JSON.parse(JSON.stringify(inspectionOf(opened().find(id)))),
    messages: () => [...opened().host.system.kernel.messages],
  };
}
