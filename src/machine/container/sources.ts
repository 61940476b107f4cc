/** What an engine has from where it runs: files, ports, and what keeps containers over its end. */
import type { NetStack } from '../../linux/net/stack.ts';
import type { Ending } from '../../linux/task/ending.ts';
import type { Entry } from './entry.ts';
import type { LogEntry } from './log.ts';
import type { HostPlace } from './mounts.ts';
import type { KeptNetwork } from './networks.ts';
import type { PortBinding, Published } from './ports.ts';
import type { KeptRestarts } from './restart.ts';
import type { Base } from './roots.ts';
import type { AnonymousVolumes } from './volume-binds.ts';

/** Where the files of containers come from; what a host can't offer is refused with an InputError. */
export interface Sources {
  openFolder(path: string): Base;
  /** A file or folder of the host; a name without a slash is a volume, which is made when it is first named. */
  openPlace(path: string, readOnly: boolean): HostPlace;
  /** Not given: each volume has to be named. */
  readonly anonymous?: AnonymousVolumes;
  /** It stays for as long as `holder`, a container's number, has not released it; `ref` finds it, a name or its number. */
  openImage(name: string, holder: string, ref: string): Promise<Base>;
  /** Keeps containers over the end of this process; not given: they end with it. */
  readonly keeper?: Keeper;
  /** Listens on ports of the host for a container; not given: there are none. Rejects with InputError. */
  publish?(
    ports: readonly PortBinding[],
    target: () => { readonly stack: NetStack; readonly address: string } | null,
  ): Promise<readonly Published[]>;
}

/** A container as it was kept. */
export interface KeptContainer {
  readonly id: string;
  readonly name: string;
  readonly request?: unknown;
  readonly imageId: string;
  readonly created: number;
  readonly started: number;
  readonly finished: number;
  /** null: it never ran. */
  readonly ending: Ending | null;
  readonly oomKilled: boolean;
  readonly restarts: KeptRestarts;
  readonly log: readonly LogEntry[];
}

/** Keeps containers where they outlive this process. */
export interface Keeper {
  /** It is as it is now, with what it has changed. */
  keep(entry: Entry): void;
  forget(id: string): void;
  /** These are all the networks that people made. */
  keepNetworks(networks: readonly KeptNetwork[]): void;
  /** Resolves when all of that is done. */
  settled(): Promise<void>;
}
