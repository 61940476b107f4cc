/** Ports of containers that are published on the host: as they are asked for, and as they are. */
import { InputError } from '../../abi/errors.ts';

export interface PortBinding {
  readonly protocol: 'tcp' | 'udp';
  /** Of the container. */
  readonly port: number;
  readonly hostIp: string;
  /** 0: any that is free. */
  readonly hostPort: number;
}

/** One that is listened on; its host port is the real one. */
export interface Published extends PortBinding {
  close(): void;
}

const ANYWHERE = '0.0.0.0';
const MOST = 65_535;

function portOf(text: string, from: number, what: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port < from || port > MOST)
    throw new InputError(`${what}: “${text}” is no port`, 'Ports are numbers from 1 to 65535; ranges are not offered.');
  return port;
}

/** `80`, `80/udp`: a port of a container, as the Docker Engine API writes it. */
function containerPort(text: string, what: string): Pick<PortBinding, 'port' | 'protocol'> {
  const [port = '', protocol = 'tcp', ...rest] = text.split('/');
  if ((protocol !== 'tcp' && protocol !== 'udp') || rest.length)
    throw new InputError(`${what}: “${text}” is not PORT, PORT/tcp or PORT/udp`);
  return { port: portOf(port, 1, what), protocol };
}

type Bindings = Readonly<
  Record<string, readonly { readonly HostIp?: string | undefined; readonly HostPort?: string | undefined }[] | null>
>;

/** PortBindings of the Docker Engine API. Throws InputError for what is no port. */
export function bindingsOf(bindings: Bindings): PortBinding[] {
  return Object.entries(bindings).flatMap(([inside, list]) =>
    (list ?? []).map(({ HostIp, HostPort }) => ({
      ...containerPort(inside, '--publish'),
      hostIp: HostIp || ANYWHERE,
      hostPort: HostPort ? portOf(HostPort, 0, '--publish') : 0,
    })),
  );
}

/** `[IP:][HOST:]CONTAINER[/udp]` of a command line; without HOST any port of the host that is free. */
export function parsePublish(text: string): PortBinding {
  const match = /^(?:(?:(\[[\da-fA-F:]+\]|[\d.]+):)?(\d*):)?([^:]+)$/.exec(text);
  if (!match) throw new InputError(`--publish: “${text}” is not [IP:][HOST:]CONTAINER[/udp]`);
  const [, ip, host, inside] = match;
  return {
    ...containerPort(inside!, '--publish'),
    hostIp: ip?.replace(/^\[|\]$/g, '') || ANYWHERE,
    hostPort: host ? portOf(host, 0, '--publish') : 0,
  };
}

/** The API's PortBindings of some. */
export function portBindings(bindings: readonly PortBinding[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const all: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { port, protocol, hostIp, hostPort } of bindings) {
    const key = `${port}/${protocol}`;
    all[key] ??= [];
    all[key].push({ HostIp: hostIp, HostPort: hostPort ? String(hostPort) : '' });
  }
  return all;
}
