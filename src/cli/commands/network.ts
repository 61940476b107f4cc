import type { Command } from 'commander';
import { ContainerClient, reachContainers } from '../container/client.ts';
import type { Context } from '../context.ts';
import { columns } from '../table.ts';

const SHORT = 12;

/** `trapframe network`: wires of containers, on which they find each other by name. */
export function addNetwork(program: Command, context: Context): void {
  const group = program
    .command('network')
    .summary('networks of containers: create, list, inspect, connect, disconnect, remove')
    .description(
      'Keeps networks that containers are put on by --network NAME. On one that was made here containers find each other by name, number ' +
        'and --network-alias; on `bridge`, where all others are, by address alone.',
    );
  group
    .command('create')
    .argument('<name>', 'letters, digits, _ . -')
    .description('Makes a network; it lasts until it is removed or the background process ends.')
    .action(async (name: string) => {
      const client = await ContainerClient.start(context.root, (line) => context.stderr.write(`trapframe: ${line}\n`));
      context.stdout.write(`${await client.createNetwork(name)}\n`);
    });
  group
    .command('ls')
    .alias('list')
    .description('Lists the networks.')
    .action(async () => {
      const client = await reachContainers(context.root);
      const rows = (await client.networks()).map(({ Id, Name, Driver, IPAM }) => [
        Id.slice(0, SHORT),
        Name,
        Driver,
        IPAM.Config[0]?.Subnet ?? '–',
      ]);
      context.stdout.write(`${columns([['NETWORK', 'NAME', 'DRIVER', 'SUBNET'], ...rows], 100)}\n`);
    });
  group
    .command('inspect')
    .argument('<name...>')
    .description('Shows networks and who is on them, as JSON.')
    .action(async (names: string[]) => {
      const client = await reachContainers(context.root);
      const all = await Promise.all(names.map((name) => client.network(name)));
      context.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    });
  for (const what of ['connect', 'disconnect'] as const)
    group
      .command(what)
      .argument('<network>')
      .argument('<container>')
      .description(what === 'connect' ? 'Puts a container on a network.' : 'Takes a container off a network.')
      .action(async (network: string, container: string) => {
        await (await reachContainers(context.root)).joinNetwork(network, container, what);
      });
  group
    .command('rm')
    .argument('<name...>')
    .description('Removes networks that no container is on.')
    .action(async (names: string[]) => {
      const client = await reachContainers(context.root);
      for (const name of names) {
        await client.removeNetwork(name);
        context.stdout.write(`${name}\n`);
      }
    });
}
