/** The lab in Node: workers are threads, files come from build/ of the checkout. */
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { InputError } from '../../abi/errors.ts';
import type { LinuxFiles, LinuxUserland } from '../../abi/program.ts';
import { sha256 } from '../../abi/sha256.ts';
import { startNodeWorker } from '../../rpc/node.ts';
import type { WorkerKind } from '../../rpc/protocol.ts';
import type { Core, Platform } from '../platform.ts';

const SET_UP = 'Run `npm start` or `npm run setup` once; it builds the machine and the guests.';

const CORE = 'build/trapframe.wasm';

/** Workers that can do more in Node than in a page. */
const NODE_FORMS: Readonly<Partial<Record<WorkerKind, string>>> = { program: 'node/program.js' };

function findRoot(): string {
  let dir = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(dir, 'package.json'))) dir = path.dirname(dir);
  return dir;
}

async function built(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch {
    throw new InputError(`${file} is missing`, SET_UP);
  }
}

/** Where a real Linux kernel is, if there is one. */
export type FindLinux = () => LinuxFiles | null;

/** @param root the checkout; found from this file when left out */
export function nodePlatform(root: string = findRoot(), findLinux: FindLinux = () => null): Platform {
  const version = (JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string }).version;
  let core: Promise<Core> | null = null;
  const compile = async (): Promise<Core> => {
    const bytes = await built(path.join(root, CORE));
    return { module: await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>), sha256: await sha256(bytes) };
  };
  let linux: LinuxUserland | null = null;
  const gather = async (): Promise<LinuxUserland | null> => {
    const files = findLinux();
    if (!files) return null;
    const program = (name: string): Promise<Uint8Array> => built(path.join(root, 'build/guests/linux', name));
    const [init, archive] = [await program('agent'), await program('archive')];
    return { ...files, init, archive, core: await built(path.join(root, CORE)) };
  };
  return {
    version,
    start: (kind) => startNodeWorker(pathToFileURL(path.join(root, 'dist/workers', NODE_FORMS[kind] ?? `${kind}.js`))),
    core: () => {
      core ??= compile().catch((error: unknown) => {
        core = null;
        throw error;
      });
      return core;
    },
    guest: (file) => built(path.join(root, 'build/guests', file)),
    // One that is not there yet may be got meanwhile, and is looked for again.
    linux: async () => (linux ??= await gather()),
    host: () => ({
      runtime: 'node',
      version: process.version,
      v8: process.versions.v8,
      platform: `${process.platform} ${process.arch}`,
      cpu: os.cpus()[0]?.model ?? null,
      cores: os.availableParallelism(),
    }),
    now: () => performance.now(),
  };
}
