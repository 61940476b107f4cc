/** A container as the engine has it. */
import type { Bind, Choices } from './config.ts';
import type { Container, ContainerState } from './container.ts';
import type { Health } from './health.ts';
import type { Network, Networks } from './networks.ts';
import type { PortBinding, Published } from './ports.ts';
import type { CreateRequest } from './request.ts';
import type { Restarts } from './restart.ts';
import type { OpenedRoot } from './roots.ts';

/** A container with all a person knows of it. */
export interface Entry {
  readonly container: Container;
  name: string;
  readonly request: CreateRequest;
  readonly opened: OpenedRoot;
  readonly args: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal: number;
  readonly stopSeconds: number;
  readonly binds: readonly Bind[];
  readonly hostname: string;
  readonly shared: Choices['shared'];
  readonly networks: Networks;
  /** The one it was made on. */
  readonly network: Network;
  readonly ports: readonly PortBinding[];
  /** While it runs. */
  published: readonly Published[];
  readonly restarts: Restarts;
  /** null: nobody looks how it is. */
  readonly health: Health | null;
}

/** As people are told it: one that will be started again in a moment has ended, but not for good. */
export const stateOf = ({ container, restarts }: Entry): ContainerState | 'restarting' =>
  restarts.pending ? 'restarting' : container.state;

/** Whether it runs, or will in a moment. */
export const isActive = ({ container, restarts }: Entry): boolean => container.isUp || restarts.pending;
