/** What the container commands ask of the background process. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { InputError } from '../../abi/errors.ts';
import type { CreateInput, ExecInput } from '../../machine/container/request.ts';
import { type DaemonClient, reach, reachOrStart } from '../daemon/client.ts';
import { keepsContainers, placeOf } from '../daemon/place.ts';
import { keptLogins, loginsHeader } from './registries.ts';

export interface Summary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly Command: string;
  readonly Created: number;
  readonly State: string;
  readonly Status: string;
}

export interface Inspection {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
  };
  readonly Mounts: readonly { readonly Source: string }[];
  readonly Config: { readonly Tty: boolean; readonly OpenStdin: boolean };
}

export interface NetworkRow {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string }[] };
}

export interface Stats {
  readonly name: string;
  readonly pids_stats: { readonly current: number; readonly limit: number };
  readonly memory_stats: { readonly usage: number; readonly limit: number };
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number };
    readonly throttling_data: { readonly throttled_time: number; readonly throttled_periods: number };
  };
  readonly blkio_stats: {
    readonly io_service_bytes_recursive: readonly { readonly op: string; readonly value: number }[];
  };
}

const at = (id: string, what = ''): string => `/containers/${encodeURIComponent(id)}${what}`;
const UNTIL_DONE = { deadline: Number.POSITIVE_INFINITY };

export class ContainerClient {
  private readonly daemon: DaemonClient;

  private constructor(daemon: DaemonClient) {
    this.daemon = daemon;
  }

  /** Reaches the background process, which is started where it does not run. */
  static async start(root: string, warn: (line: string) => void): Promise<ContainerClient> {
    return new ContainerClient(await reachOrStart(root, placeOf('container'), warn));
  }

  /** The same, or null where none runs and none are kept, and so there are no containers. */
  static async reach(root: string): Promise<ContainerClient | null> {
    const daemon = await reach(placeOf('container'));
    if (daemon) return new ContainerClient(daemon);
    return keepsContainers() ? ContainerClient.start(root, () => {}) : null;
  }

  async createNetwork(name: string): Promise<string> {
    const made = await this.daemon.call('POST', '/networks/create', { body: { Name: name } });
    return (made as { Id: string }).Id;
  }

  async networks(): Promise<readonly NetworkRow[]> {
    return (await this.daemon.call('GET', '/networks')) as NetworkRow[];
  }

  async network(name: string): Promise<object> {
    return (await this.daemon.call('GET', `/networks/${encodeURIComponent(name)}`)) as object;
  }

  async joinNetwork(network: string, container: string, how: 'connect' | 'disconnect'): Promise<void> {
    const path = `/networks/${encodeURIComponent(network)}/${how}`;
    await this.daemon.call('POST', path, { body: { Container: container } });
  }

  async removeNetwork(name: string): Promise<void> {
    await this.daemon.call('DELETE', `/networks/${encodeURIComponent(name)}`);
  }

  async create(body: CreateInput, name: string | null): Promise<string> {
    const query = name === null ? '' : `?name=${encodeURIComponent(name)}`;
    const { Id } = (await this.daemon.call('POST', `/containers/create${query}`, { body })) as { Id: string };
    return Id;
  }

  async list(all: boolean): Promise<Summary[]> {
    return (await this.daemon.call('GET', `/containers/json?all=${all ? 1 : 0}`)) as Summary[];
  }

  async inspect(id: string): Promise<Inspection> {
    return (await this.daemon.call('GET', at(id, '/json'))) as Inspection;
  }

  async start(id: string): Promise<void> {
    await this.daemon.call('POST', at(id, '/start'));
  }

  async stop(id: string, seconds: number | undefined): Promise<void> {
    await this.daemon.call('POST', at(id, `/stop${seconds === undefined ? '' : `?t=${seconds}`}`), UNTIL_DONE);
  }

  async kill(id: string, signal: string): Promise<void> {
    await this.daemon.call('POST', at(id, `/kill?signal=${encodeURIComponent(signal)}`));
  }

  async act(id: string, what: 'pause' | 'unpause'): Promise<void> {
    await this.daemon.call('POST', at(id, `/${what}`));
  }

  async rename(id: string, name: string): Promise<void> {
    await this.daemon.call('POST', at(id, `/rename?name=${encodeURIComponent(name)}`));
  }

  async remove(id: string, force: boolean, volumes = false): Promise<void> {
    await this.daemon.call('DELETE', `${at(id)}?force=${force ? 1 : 0}&v=${volumes ? 1 : 0}`);
  }

  /** Resolves to the exit code of its next end, or where it has ended to that. */
  async wait(id: string, next = false, signal?: AbortSignal): Promise<number> {
    const query = next ? '?condition=next-exit' : '';
    const { StatusCode } = (await this.daemon.call('POST', at(id, `/wait${query}`), {
      ...UNTIL_DONE,
      ...(signal && { signal }),
    })) as {
      StatusCode: number;
    };
    return StatusCode;
  }

  async stats(id: string): Promise<Stats> {
    return (await this.daemon.call('GET', at(id, '/stats?stream=false'))) as Stats;
  }

  async top(id: string): Promise<{ Titles: string[]; Processes: string[][] }> {
    return (await this.daemon.call('GET', at(id, '/top'))) as { Titles: string[]; Processes: string[][] };
  }

  async changes(id: string): Promise<{ Path: string; Kind: 0 | 1 | 2 }[]> {
    return (await this.daemon.call('GET', at(id, '/changes'))) as { Path: string; Kind: 0 | 1 | 2 }[];
  }

  /** An archive of all files, or of those below a path. */
  archive(id: string, path: string | null): Promise<IncomingMessage> {
    const what = path === null ? '/export' : `/archive?path=${encodeURIComponent(path)}`;
    return this.daemon.open('GET', at(id, what), UNTIL_DONE);
  }

  async extract(id: string, path: string, archive: Uint8Array): Promise<void> {
    await this.daemon.call('PUT', at(id, `/archive?path=${encodeURIComponent(path)}`), {
      ...UNTIL_DONE,
      body: archive,
    });
  }

  async commit(id: string, image: string | undefined, comment: string): Promise<string> {
    const cut = image?.lastIndexOf(':') ?? -1;
    const tagged = cut > (image?.lastIndexOf('/') ?? -1);
    const query = new URLSearchParams({
      container: id,
      comment,
      ...(image !== undefined && { repo: tagged ? image.slice(0, cut) : image }),
      ...(image !== undefined && tagged && { tag: image.slice(cut + 1) }),
    });
    return ((await this.daemon.call('POST', `/commit?${query}`, UNTIL_DONE)) as { Id: string }).Id;
  }

  /** Builds an image of an archive of files with a Dockerfile among them, logged in where the docker client is; lines of JSON come as it goes on. */
  build(context: Uint8Array, query: URLSearchParams, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = loginsHeader(keptLogins());
    return this.daemon.open('POST', `/build?${query}`, { ...UNTIL_DONE, body: context, headers, signal });
  }

  attach(id: string, input: boolean): Promise<Duplex> {
    return this.daemon.upgrade(at(id, `/attach?stream=1&stdout=1&stderr=1&stdin=${input ? 1 : 0}`));
  }

  logs(id: string, query: string): Promise<IncomingMessage> {
    return this.daemon.open('GET', at(id, `/logs?${query}`), UNTIL_DONE);
  }

  async createExec(id: string, body: ExecInput): Promise<string> {
    const { Id } = (await this.daemon.call('POST', at(id, '/exec'), { body })) as { Id: string };
    return Id;
  }

  startExec(exec: string): Promise<Duplex> {
    return this.daemon.upgrade(`/exec/${exec}/start`, { body: {} });
  }

  async startExecAlone(exec: string): Promise<void> {
    await this.daemon.call('POST', `/exec/${exec}/start`, { body: { Detach: true } });
  }

  async execCode(exec: string): Promise<number> {
    const { ExitCode } = (await this.daemon.call('GET', `/exec/${exec}/json`)) as { ExitCode: number | null };
    return ExitCode ?? 0;
  }

  /** `of`: the path of what has the terminal, `/containers/ID` or `/exec/ID`. */
  resize(of: string, rows: number, columns: number): void {
    void this.daemon.call('POST', `${of}/resize?h=${rows}&w=${columns}`).catch(() => {
      // It has ended meanwhile.
    });
  }
}

/** For commands that need a container to be there. */
export async function reachContainers(root: string): Promise<ContainerClient> {
  const client = await ContainerClient.reach(root);
  if (!client)
    throw new InputError('there are no containers: no background process runs', 'Start one: trapframe container run');
  return client;
}
