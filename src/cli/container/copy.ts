/** `container cp`: files between a container and the host. */
import { existsSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../abi/errors.ts';
import { packHost, unpackHost } from '../../machine/node/copy.ts';
import type { ContainerClient } from './client.ts';

/** CONTAINER:PATH, or a path of the host. */
function sideOf(text: string): { readonly id: string | null; readonly path: string } {
  const match = /^([a-zA-Z0-9][\w.-]*):(.*)$/.exec(text);
  return match ? { id: match[1]!, path: match[2]! || '/' } : { id: null, path: text };
}

export async function wholeBody(stream: AsyncIterable<unknown>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function toHost(client: ContainerClient, id: string, from: string, to: string): Promise<void> {
  const archive = await wholeBody(await client.archive(id, from));
  const name = basename(from) || id;
  const into = existsSync(to) && statSync(to).isDirectory();
  const target = into ? join(to, name) : resolve(to);
  const folder = dirname(target);
  if (!existsSync(folder)) throw new InputError(`${folder} does not exist`);
  // Unpacked beside, and then given its name, so that nothing half-written has it.
  const aside = mkdtempSync(join(folder, '.trapframe-cp-'));
  try {
    unpackHost(archive, aside);
    const made = join(aside, basename(from));
    if (existsSync(target) && (statSync(target).isDirectory() || statSync(made).isDirectory()))
      throw new InputError(`${target} is there already`, 'Remove it, or name another target.');
    renameSync(made, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

async function toContainer(client: ContainerClient, from: string, id: string, to: string): Promise<void> {
  // A path that names a directory gets the file into it; another one is the file's new name.
  const isFolder = to.endsWith('/') || (await isDirectory(client, id, to));
  const [folder, name] = isFolder ? [to, basename(resolve(from))] : [dirname(to), basename(to)];
  await client.extract(id, folder, packHost(from, name));
}

async function isDirectory(client: ContainerClient, id: string, path: string): Promise<boolean> {
  try {
    const stream = await client.archive(id, path);
    for await (const part of stream) {
      stream.destroy();
      // The type flag of the first member.
      return (part as Buffer)[156] === 0x35 || (part as Buffer)[0] === 0;
    }
  } catch {
    // Not there: it is to be made.
  }
  return false;
}

export async function copy(client: ContainerClient, source: string, target: string): Promise<void> {
  const [from, to] = [sideOf(source), sideOf(target)];
  if (from.id !== null && to.id === null) await toHost(client, from.id, from.path, to.path);
  else if (from.id === null && to.id !== null) await toContainer(client, from.path, to.id, to.path);
  else throw new InputError('one side has to be a container’s, as NAME:PATH, and the other one the host’s');
}
