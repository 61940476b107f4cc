/** /proc/PID/net: the network of a process's namespace (proc_pid_net(5)). */
import { macText } from '../../abi/frame.ts';
import { hexBytes } from '../../abi/hex.ts';
import type { Kernel } from '../kernel.ts';
import { type Address, bytesOf, isV6, masked, wide } from '../net/address.ts';
import { type Endpoint, endpoint } from '../net/sockaddr.ts';
import type { NetStack } from '../net/stack.ts';
import { STATE } from '../net/tcp/connection.ts';
import { directory, type Node, text } from './nodes.ts';

/** The network of who looks. */
export const networkOf = (kernel: Kernel): NetStack => (kernel.current ?? kernel.init.leader).namespaces.net.stack;

const RTF = { UP: 1, GATEWAY: 2, HOST: 4 } as const;

const hex = (n: number, width: number): string => (n >>> 0).toString(16).toUpperCase().padStart(width, '0');

/** An address as the kernel prints it: words of 32 bits in the machine's byte order. */
function words(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Array.from({ length: bytes.length / 4 }, (_, i) => hex(view.getUint32(i * 4, true), 8)).join('');
}

const place = ({ address, port }: Endpoint, six: boolean): string =>
  `${words(six ? (isV6(address) ? bytesOf(address) : wide(address)) : bytesOf(address))}:${hex(port, 4)}`;

function dev(stack: NetStack): string {
  const rows = [...stack.interfaces].map(({ name, received: r, sent: s }) => {
    const numbers = [r.bytes, r.packets, 0, r.dropped, 0, 0, 0, 0, s.bytes, s.packets, 0, s.dropped, 0, 0, 0, 0];
    return `${name.padStart(6)}: ${numbers.join(' ')}\n`;
  });
  const head =
    'Inter-|   Receive                                                |  Transmit\n' +
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
  return head + rows.join('');
}

function route(stack: NetStack): string {
  const rows = stack.routes.all().filter((r) => !isV6(r.net));
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';
  return (
    head +
    rows
      .map(({ net, bits, via, out, metric }) => {
        const flags = RTF.UP | (via ? RTF.GATEWAY : 0) | (bits === 32 ? RTF.HOST : 0);
        const mask = masked('255.255.255.255', bits);
        const of = (a: Address): string => words(bytesOf(a));
        const name = stack.interfaces.byIndex(out)?.name ?? '*';
        return `${name}\t${of(net)}\t${of(via ?? '0.0.0.0')}\t${hex(flags, 4)}\t0\t0\t${metric}\t${of(mask)}\t0\t0\t0\n`;
      })
      .join('')
  );
}

function ipv6Route(stack: NetStack): string {
  const plain = (a: Address): string => hexBytes(bytesOf(a));
  return stack.routes
    .all()
    .filter((r) => isV6(r.net))
    .map(({ net, bits, via, out, metric }) => {
      const flags = RTF.UP | (via ? RTF.GATEWAY : 0);
      const name = (stack.interfaces.byIndex(out)?.name ?? '*').padStart(8);
      const low = (n: number, width: number): string => hex(n, width).toLowerCase();
      return `${plain(net)} ${low(bits, 2)} ${plain('::')} 00 ${plain(via ?? '::')} ${low(metric, 8)} 00000001 00000000 ${low(flags, 8)} ${name}\n`;
    })
    .join('');
}

interface Row {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly state: number;
  readonly send: number;
  readonly receive: number;
  readonly uid: number;
}

function sockets(rows: readonly Row[], six: boolean): string {
  const head = `  sl  ${'local_address'.padEnd(six ? 38 : 14)}${'remote_address'.padEnd(six ? 38 : 14)}st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n`;
  return (
    head +
    rows
      .map(
        ({ local, remote, state, send, receive, uid }, i) =>
          `${String(i).padStart(4)}: ${place(local, six)} ${place(remote, six)} ${hex(state, 2)} ${hex(send, 8)}:${hex(receive, 8)} 00:00000000 00000000 ${String(uid).padStart(5)}        0 0 1 0000000000000000 100 0 0 10 0\n`,
      )
      .join('')
  );
}

function tcpRows(stack: NetStack, six: boolean): Row[] {
  const any = endpoint(six ? '::' : '0.0.0.0', 0);
  const listeners = [...stack.tcp.allListeners()].map(({ local, uid, ready }): Row => {
    const at = endpoint(local.address, local.port);
    return { local: at, remote: any, state: STATE.LISTEN, send: 0, receive: ready.length, uid };
  });
  const connections = [...stack.tcp.connections.values()].map(
    ({ local, remote, state, sender, receiver }): Row => ({
      local,
      remote,
      state,
      send: sender.buffer.length,
      receive: receiver.queue.length,
      uid: 0,
    }),
  );
  return [...listeners, ...connections].filter((r) => isV6(r.local.address) === six);
}

function udpRows(stack: NetStack, six: boolean): Row[] {
  const any = endpoint(six ? '::' : '0.0.0.0', 0);
  return [...stack.udp.ports.all()]
    .filter((h) => isV6(h.local.address) === six)
    .map(({ local, remote, uid }) => ({
      local: endpoint(local.address, local.port),
      remote: remote ?? any,
      state: remote ? STATE.ESTABLISHED : STATE.CLOSED,
      send: 0,
      receive: 0,
      uid,
    }));
}

function arp(stack: NetStack): string {
  const rows = [...stack.interfaces].flatMap((on) =>
    [...stack.neighboursOf(on).entries]
      .filter(([address]) => !isV6(address))
      .map(([address, { mac }]) => {
        const text = macText(mac ?? new Uint8Array(6));
        return `${address.padEnd(17)}0x1         ${mac ? '0x2' : '0x0'}         ${text}     *        ${on.name}\n`;
      }),
  );
  return `IP address       HW type     Flags       HW address            Mask     Device\n${rows.join('')}`;
}

function ifInet6(stack: NetStack): string {
  const low = (n: number): string => n.toString(16).padStart(2, '0');
  return [...stack.interfaces]
    .flatMap((on) =>
      on.addresses
        .filter((a) => isV6(a.address))
        .map(({ address, bits }) => {
          const scope = on.loopback ? 0x10 : address.startsWith('fe80:') ? 0x20 : 0;
          const bytes = Array.from(bytesOf(address), low).join('');
          return `${bytes} ${low(on.index)} ${low(bits)} ${low(scope)} 80 ${on.name.padStart(8)}\n`;
        }),
    )
    .join('');
}

/** The directory, as the namespace of a task has it. */
export const netNode = (stack: NetStack): Node =>
  directory({
    arp: () => text(() => arp(stack)),
    dev: () => text(() => dev(stack)),
    if_inet6: () => text(() => ifInet6(stack)),
    ipv6_route: () => text(() => ipv6Route(stack)),
    route: () => text(() => route(stack)),
    tcp: () => text(() => sockets(tcpRows(stack, false), false)),
    tcp6: () => text(() => sockets(tcpRows(stack, true), true)),
    udp: () => text(() => sockets(udpRows(stack, false), false)),
    udp6: () => text(() => sockets(udpRows(stack, true), true)),
  });

/** /sys/class/net, of the namespace of who looks. */
export const classNet = (stack: () => NetStack): Node => ({
  kind: 'directory',
  names: () => [...stack().interfaces].map((i) => i.name),
  lookup: (name) => {
    const on = stack().interfaces.byName(name);
    if (!on) return null;
    const mac = macText(on.mac);
    return directory({
      address: () => text(() => `${mac}\n`),
      carrier: () => text(() => `${on.running ? 1 : 0}\n`),
      flags: () => text(() => `0x${on.flags.toString(16)}\n`),
      ifindex: () => text(() => `${on.index}\n`),
      mtu: () => text(() => `${on.mtu}\n`),
      operstate: () => text(() => `${on.loopback ? 'unknown' : on.running ? 'up' : 'down'}\n`),
      type: () => text(() => `${on.hardware}\n`),
      statistics: () =>
        directory({
          rx_bytes: () => text(() => `${on.received.bytes}\n`),
          rx_packets: () => text(() => `${on.received.packets}\n`),
          tx_bytes: () => text(() => `${on.sent.bytes}\n`),
          tx_packets: () => text(() => `${on.sent.packets}\n`),
        }),
    });
  },
});
