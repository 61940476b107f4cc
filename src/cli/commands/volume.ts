import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import { Volumes } from '../../machine/node/volumes.ts';
import { ContainerClient } from '../container/client.ts';
import type { Context } from '../context.ts';
import { volumesFolder } from '../daemon/place.ts';
import { columns } from '../table.ts';

/** Containers that a volume is mounted in, by its name. */
async function users(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = new Map<string, string[]>();
  const client = await ContainerClient.reach(root);
  for (const { Id } of (await client?.list(true)) ?? []) {
    const { Name, Mounts } = await client!.inspect(Id);
    for (const { Source } of Mounts) all.set(Source, [...(all.get(Source) ?? []), Name.replace(/^\//, '')]);
  }
  return all;
}

async function remove(names: readonly string[], { stdout, root }: Context): Promise<void> {
  const volumes = new Volumes(volumesFolder());
  const used = await users(root);
  for (const name of names) {
    volumes.about(name);
    const by = used.get(name);
    if (by)
      throw new InputError(`${name} is used by ${by.join(', ')}`, 'Remove the container first: trapframe container rm');
  }
  for (const name of names) {
    volumes.remove(name);
    stdout.write(`${name}\n`);
  }
}

/** `trapframe volume`: what outlives containers. */
export function addVolume(program: Command, context: Context): void {
  const group = program
    .command('volume')
    .summary('folders that outlive containers: create, list, inspect, remove')
    .description('Keeps volumes: a container has one by --volume NAME:/PATH, and several may share it.');
  const volumes = (): Volumes => new Volumes(volumesFolder());
  group
    .command('create')
    .argument('<name>', 'letters, digits, _ . -')
    .description('Makes an empty volume.')
    .action((name: string) => {
      volumes().create(name);
      context.stdout.write(`${name}\n`);
    });
  group
    .command('ls')
    .alias('list')
    .description('Lists the volumes and who uses them.')
    .action(async () => {
      const used = await users(context.root);
      const rows = volumes()
        .list()
        .map((name) => [name, used.get(name)?.join(', ') ?? '–']);
      context.stdout.write(`${columns([['VOLUME', 'USED BY'], ...rows], 100)}\n`);
    });
  group
    .command('inspect')
    .argument('<name...>')
    .description('Shows where volumes are, as JSON.')
    .action((names: string[]) => {
      const rows = names.map((name) => {
        const { folder, created } = volumes().about(name);
        return { Name: name, Driver: 'local', Mountpoint: folder, CreatedAt: new Date(created).toISOString() };
      });
      context.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    });
  group
    .command('rm')
    .argument('<name...>')
    .description('Deletes volumes with all that is in them.')
    .action((names: string[]) => remove(names, context));
}
