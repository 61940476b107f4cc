/** A stage of a Dockerfile as it is built: an image that grows, and what it runs. */
import { InputError } from '../../../abi/errors.ts';
import { SEARCH_PATH } from '../../../abi/search-path.ts';
import type { Variables } from '../../../image/dockerfile/words.ts';
import type { Digest } from '../../../image/oci/digest.ts';
import type { ImageConfig } from '../../../image/oci/schema.ts';
import type { NewEntry } from '../../../image/tar-write.ts';
import type { ImageStore } from '../../images/store.ts';
import { treeEntries } from '../../images/tree.ts';
import type { ContainerEngine } from '../engine.ts';
import type { Entry } from '../entry.ts';
import { newId } from '../names.ts';

export type RunConfig = NonNullable<ImageConfig['config']>;
type Step = { readonly created_by: string; readonly empty_layer?: boolean };

export const PLATFORM = { os: 'linux', architecture: 'riscv64' } as const;
const PATH = `PATH=${SEARCH_PATH}`;
const SHELL: readonly string[] = ['/bin/sh', '-c'];

const nameOf = (row: string): string => row.slice(0, row.indexOf('='));

export class Stage {
  readonly name: string;
  config: RunConfig;
  shell: readonly string[] = SHELL;
  /** ARGs of this stage, as they are known from their instruction on. */
  readonly args = new Map<string, string>();
  /** Whether it has a CMD of its own, which ENTRYPOINT leaves alone. */
  commanded = false;
  private current: Digest;
  /** Steps that only changed the configuration, and are written with the next layer. */
  private pending: Step[] = [];
  private readonly engine: ContainerEngine;
  private readonly store: ImageStore;
  private readonly holder: string;

  private constructor(
    engine: ContainerEngine,
    store: ImageStore,
    name: string,
    holder: string,
    image: Digest,
    config: RunConfig,
  ) {
    this.engine = engine;
    this.store = store;
    this.name = name;
    this.holder = holder;
    this.current = image;
    this.config = config;
  }

  /** Begins with an image; null: with nothing. It is held until `close`. */
  static async begin(engine: ContainerEngine, store: ImageStore, name: string, image: string | null): Promise<Stage> {
    const holder = newId();
    if (image !== null) {
      const record = await store.hold(holder, image);
      return new Stage(engine, store, name, holder, record.id, { ...(await store.config(record)).config });
    }
    const config = { Env: [PATH] };
    const steps: Step[] = [];
    const made = await store.compose(null, { entries: [], config, steps, names: [], holder, platform: PLATFORM });
    return new Stage(engine, store, name, holder, made.id, config);
  }

  get image(): Digest {
    return this.current;
  }

  /** Variables of its environment, then its ARGs. */
  readonly variables: Variables = (name) => {
    const row = (this.config.Env ?? []).find((text) => nameOf(text) === name);
    return row === undefined ? this.args.get(name) : row.slice(name.length + 1);
  };

  get workingDirectory(): string {
    return this.config.WorkingDir || '/';
  }

  /** A path as it is from the working directory. */
  absolute(path: string): string {
    const parts: string[] = [];
    for (const part of (path.startsWith('/') ? path : `${this.workingDirectory}/${path}`).split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return `/${parts.join('/')}`;
  }

  /** An instruction that changes nothing but what is run. */
  configure(change: Partial<RunConfig>, said: string): void {
    this.config = { ...this.config, ...change };
    this.pending.push({ created_by: `/bin/sh -c #(nop)  ${said}`, empty_layer: true });
  }

  /** Instructions that the image it began with keeps for this (ONBUILD); they are done once. */
  takeTriggers(): readonly string[] {
    const { OnBuild, ...config } = this.config as RunConfig & { readonly OnBuild?: readonly string[] | null };
    this.config = config;
    return OnBuild ?? [];
  }

  /** A container of it, which nobody but the build knows. */
  async container(request: object): Promise<Entry> {
    const { HostConfig, ...more } = request as { readonly HostConfig?: object };
    return this.engine.create(
      {
        Image: this.current,
        Entrypoint: [],
        Env: this.config.Env ?? [],
        ...more,
        HostConfig: { ...HostConfig, AutoRemove: true },
      },
      null,
      true,
    );
  }

  /** Changes its files, by what `work` does to those of a container of it. */
  async layer(said: string, request: object, work: (entry: Entry) => Promise<void> | void): Promise<void> {
    const entry = await this.container(request);
    try {
      await work(entry);
      await this.add(treeEntries(entry.opened.upper), said);
    } finally {
      this.engine.remove(entry, true);
    }
  }

  private async add(entries: Iterable<NewEntry>, said: string): Promise<void> {
    const all = [...entries];
    const steps = [...this.pending, { created_by: said, ...(all.length === 0 && { empty_layer: true }) }];
    this.pending = [];
    const made = await this.store.compose(this.current, {
      entries: all.length ? all : null,
      config: this.config,
      steps,
      names: [],
      holder: this.holder,
      platform: PLATFORM,
    });
    this.current = made.id;
  }

  /** What it has become, under names of its own. */
  async finish(names: readonly string[], labels: Readonly<Record<string, string>>): Promise<Digest> {
    const config = Object.keys(labels).length
      ? { ...this.config, Labels: { ...this.config.Labels, ...labels } }
      : this.config;
    const steps = this.pending;
    this.pending = [];
    const made = await this.store.compose(this.current, { entries: null, config, steps, names, platform: PLATFORM });
    return made.id;
  }

  /** The same for stages that come after it, while it is held. */
  async rest(): Promise<void> {
    if (this.pending.length === 0) return;
    const { config, pending: steps, holder } = this;
    this.pending = [];
    this.current = (
      await this.store.compose(this.current, { entries: null, config, steps, names: [], holder, platform: PLATFORM })
    ).id;
  }

  async close(): Promise<void> {
    await this.store.letGo(this.holder);
  }
}

/** Why an image can't be begun with. */
export const demandPlatform = (text: string): void => {
  if (text !== 'linux/riscv64' && text !== 'linux')
    throw new InputError(`--platform=${text}: images of this kernel are linux/riscv64`);
};
