/** Programs, containers' networks and real Linux guests on one wire: names, ping, TCP. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { labMac, VirtioNet } from '../../src/devices/net/net.ts';
import { LabSwitch } from '../../src/devices/net/switch.ts';
import { setUp } from '../../src/linux/net/configure.ts';
import { NetNamespace } from '../../src/linux/task/namespaces.ts';
import { joinLab, resolverOf } from '../../src/machine/network.ts';
import type { LinuxHost } from '../../src/machine/programs.ts';
import { boot, hasKernel } from '../support/kernels.ts';
import { bootLinux, installFile, type Ran, runLinux } from '../support/linux.ts';
import { buildPrograms } from '../support/linux-programs.ts';

let program: Uint8Array;

beforeAll(async () => {
  program = readFileSync((await buildPrograms(['peer'])).get('peer')!);
}, 600_000);

/** A kernel for programs whose namespaces are on the wire; each name is one. */
async function programs(network: LabSwitch, names: readonly string[], first: number) {
  const host: LinuxHost = await bootLinux({ time: 'wall' });
  installFile(host, '/bin/peer', program);
  const { system } = host;
  const namespaces = names.map((name, i) => {
    const made = new NetNamespace(system.kernel.network);
    setUp(made.stack, made.stack.interfaces.loopback, true);
    made.hold();
    return { made, place: joinLab(made.stack, network, { mac: labMac(first + i), name }) };
  });
  installFile(host, '/etc/resolv.conf', new TextEncoder().encode(resolverOf(network)), 0o644);
  const run = (name: string, ...args: string[]): Promise<Ran> => {
    const { made } = namespaces[names.indexOf(name)]!;
    return runLinux(host, { argv: ['/bin/peer', ...args] }, (task) => task.join({ ...task.namespaces, net: made }));
  };
  return { host, run, namespaces };
}

describe('the lab network', () => {
  it('joins namespaces of one kernel, and those of another: names, ping, TCP both ways', async () => {
    const network = new LabSwitch();
    const one = await programs(network, ['alpha', 'beta'], 10);
    const two = await programs(network, ['gamma'], 20);
    expect((await one.run('alpha', 'ping', 'gateway')).output).toBe('8 bytes from 10.0.2.2: type 0 seq 7\n');
    expect((await one.run('alpha', 'ping', 'beta')).output).toBe('8 bytes from 10.0.2.16: type 0 seq 7\n');
    expect((await two.run('gamma', 'ping', 'alpha.lab')).output).toBe('8 bytes from 10.0.2.15: type 0 seq 7\n');
    expect((await two.run('gamma', 'ping', 'nobody')).output).toMatch(/^nobody: Name does not resolve/);
    for (const [server, client, name] of [
      [one.run('beta', 'serve', '80'), one.run('alpha', 'send', 'beta', '80', '300000'), '10.0.2.15'],
      [one.run('beta', 'serve', '81'), two.run('gamma', 'send', 'beta', '81', '300000'), '10.0.2.17'],
      [two.run('gamma', 'serve', '82'), one.run('alpha', 'send', 'gamma', '82', '300000'), '10.0.2.15'],
    ] as const) {
      const [got, sent] = await Promise.all([server, client]);
      const sum = /sent ([0-9a-f]+)/.exec(sent.output)?.[1];
      expect(got.output).toBe(`300000 bytes ${sum} from ${name}\n`);
      expect(sent.output).toBe(`sent ${sum}, got 300000\n`);
    }
    // A port of one namespace is none of another.
    const { stack } = one.namespaces[0]!.made;
    expect([...stack.tcp.allListeners()]).toEqual([]);
    for (const { place, made } of [...one.namespaces, ...two.namespaces]) {
      place.close();
      expect([...made.stack.interfaces].map((i) => i.name)).toEqual(['lo']);
    }
  });

  it.skipIf(!hasKernel('built'))('joins two Linux guests and a program: DHCP, names, ping, TCP', async () => {
    const network = new LabSwitch();
    const { run } = await programs(network, ['worker'], 30);
    const guest = (number: number) =>
      boot(
        'built',
        { engine: 'jit' },
        {
          models: [new VirtioNet({ mac: labMac(number), plug: (receive) => network.plug(receive) })],
          seed: number + 1,
          realtime: true,
        },
      );
    const guests = [await guest(0), await guest(1)] as const;
    for (const [number, { sh }] of guests.entries()) {
      const { stdout } = await sh(
        `ip link set eth0 up && udhcpc -i eth0 -n -q -f -x hostname:guest${number} -s /bin/true 2>&1 | grep obtained && ` +
          `ip addr add 10.0.2.${16 + number}/24 dev eth0 && echo nameserver 10.0.2.3 > /etc/resolv.conf`,
      );
      expect(stdout).toContain(`lease of 10.0.2.${16 + number} obtained`);
    }
    expect((await run('worker', 'ping', 'guest1')).output).toBe('8 bytes from 10.0.2.17: type 0 seq 7\n');
    const ping = await guests[0].sh('ping -c 2 -q worker.lab && ping -c 1 -q guest1.lab');
    expect(ping.stdout.match(/ 0% packet loss/g)).toHaveLength(2);
    // A guest sends to the program, and the program to the other guest.
    const serving = run('worker', 'serve', '80');
    const sent = await guests[0].sh('head -c 200000 /dev/zero | tr "\\0" x > /tmp/d; nc worker.lab 80 < /tmp/d');
    expect(sent.stdout).toBe('got 200000\n');
    expect((await serving).output).toMatch(/^200000 bytes [0-9a-f]+ from 10\.0\.2\.16\n$/);
    const listening = guests[1].sh('nc -l -p 90 < /dev/null | wc -c');
    await guests[1].sh('while ! netstat -ltn | grep -q :90; do sleep 0.1; done');
    await run('worker', 'send', 'guest1', '90', '200000');
    expect((await listening).stdout.trim()).toBe('200000');
    await Promise.all(guests.map(({ off }) => off()));
  });
});
