/** Ports of containers that are published on the host: as they are asked for, and as they are. */
import { InputError } from '../../abi/errors.ts';

export interface PortBinding {
  readonly protocol: 'tcp' | 'udp';
  /** Of the container. */
  readonly port: number;
  readonly hostIp: string;
  /** 0: any that is free. */
  readonly hostPort: number;
  /** Given: the first that is free from `hostPort` to this one. */
  readonly hostLast?: number;
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
    throw new InputError(`${what}: “${text}” is no port`, 'Ports are numbers from 1 to 65535, or two with - between.');
  return port;
}

/** `8000`, or `8000-8005`. */
function rangeOf(text: string, from: number, what: string): readonly [first: number, last: number] {
  const [first = '', last = first, ...rest] = text.split('-');
  const range = [portOf(first, from, what), portOf(last, from, what)] as const;
  if (rest.length || range[1] < range[0]) throw new InputError(`${what}: “${text}” is no range of ports`);
  return range;
}

/** A port of the host, or a range to choose from. */
function hostRange(text: string): Pick<PortBinding, 'hostPort' | 'hostLast'> {
  const [hostPort, hostLast] = rangeOf(text, 0, '--publish');
  return { hostPort, ...(hostLast > hostPort && { hostLast }) };
}

/** `80`, `80/udp`, `80-85/tcp`: ports of a container, as the Docker Engine API writes them. */
export function containerPorts(text: string, what: string): Pick<PortBinding, 'port' | 'protocol'>[] {
  const [ports = '', protocol = 'tcp', ...rest] = text.split('/');
  if ((protocol !== 'tcp' && protocol !== 'udp') || rest.length)
    throw new InputError(`${what}: “${text}” is not PORT, PORT/tcp or PORT/udp`);
  const [first, last] = rangeOf(ports, 1, what);
  return Array.from({ length: last - first + 1 }, (_, i) => ({ port: first + i, protocol }));
}

type Bindings = Readonly<
  Record<string, readonly { readonly HostIp?: string | undefined; readonly HostPort?: string | undefined }[] | null>
>;

/** PortBindings of the Docker Engine API. Throws InputError for what is no port. */
export function bindingsOf(bindings: Bindings): PortBinding[] {
  return Object.entries(bindings).flatMap(([inside, list]) =>
    (list ?? []).flatMap(({ HostIp, HostPort }) =>
      containerPorts(inside, '--publish').map((port) => ({
        ...port,
        hostIp: HostIp || ANYWHERE,
        ...hostRange(HostPort || '0'),
      })),
    ),
  );
}

/**
 * `[IP:][HOST:]CONTAINER[/udp]` of a command line; without HOST any port of the host that is free. Both may be ranges of one length; of a
 * range for one port the first that is free is taken.
 */
export function parsePublish(text: string): PortBinding[] {
  const match = /^(?:(?:(\[[\da-fA-F:]+\]|[\d.]+):)?([\d-]*):)?([^:]+)$/.exec(text);
  if (!match) throw new InputError(`--publish: “${text}” is not [IP:][HOST:]CONTAINER[/udp]`);
  const [, ip, host, inside] = match;
  const ports = containerPorts(inside!, '--publish');
  const hostIp = ip?.replace(/^\[|\]$/g, '') || ANYWHERE;
  if (!host || ports.length === 1) return ports.map((port) => ({ ...port, hostIp, ...hostRange(host || '0') }));
  const [first, last] = rangeOf(host, 1, '--publish');
  if (last - first + 1 !== ports.length)
    throw new InputError(`--publish: “${text}”: the two ranges are not of one length`);
  return ports.map((port, i) => ({ ...port, hostIp, hostPort: first + i }));
}

/** Ports that are exposed and not published yet, each at any port of the host that is free. */
export function exposedBindings(exposed: readonly string[], published: readonly PortBinding[]): PortBinding[] {
  const known = new Set(published.map(({ port, protocol }) => `${port}/${protocol}`));
  const all = new Map<string, PortBinding>();
  for (const { port, protocol } of exposed.flatMap((text) => containerPorts(text, '--expose')))
    all.set(`${port}/${protocol}`, { port, protocol, hostIp: ANYWHERE, hostPort: 0 });
  return [...all].flatMap(([key, binding]) => (known.has(key) ? [] : [binding]));
}

/** The API's PortBindings of some. */
export function portBindings(bindings: readonly PortBinding[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const all: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { port, protocol, hostIp, hostPort, hostLast } of bindings) {
    const key = `${port}/${protocol}`;
    all[key] ??= [];
    all[key].push({ HostIp: hostIp, HostPort: hostPort ? `${hostPort}${hostLast ? `-${hostLast}` : ''}` : '' });
  }
  return all;
}
