/** Containers of images for wasi/wasm: the program is run here, in a thread of its own, on the image's files. */
import { InputError } from '../../abi/errors.ts';
import type { CreateInput } from '../../machine/container/request.ts';
import type { OpenImage } from '../../machine/images/store.ts';
import { Volumes } from '../../machine/node/volumes.ts';
import { runWasi, type WasiRequest } from '../../machine/node/wasi.ts';
import { imagesFolder, volumesFolder } from '../daemon/place.ts';
import { hostImages } from './store.ts';

const PLATFORM = 'wasi/wasm';
/** Bytes, where --memory does not say. */
const MEMORY = 512 * 2 ** 20;

/** The image of a request if it is one for this platform, else null. */
async function wasiImage(name: string): Promise<OpenImage | null> {
  const store = hostImages();
  try {
    if (!(await store.list()).some(({ platform }) => platform === PLATFORM)) return null;
    const { platform } = await store.find(name);
    return platform === PLATFORM ? await store.open(name) : null;
  } finally {
    store.close();
  }
}

function mountOf(bind: string): WasiRequest['mounts'][number] {
  const [source = '', to = '', options = ''] = bind.split(':');
  const readOnly = options.split(',').includes('ro');
  if (source.startsWith('/')) return { from: source, to, readOnly };
  const volumes = new Volumes(volumesFolder());
  volumes.create(source);
  return { from: volumes.about(source).folder, to, readOnly };
}

/**
 * Runs a request's program if its image is for WASI. Resolves to its exit code, or null: the image is for another platform.
 * @throws InputError for what such a container can't be
 */
export async function runWasiImage(
  request: CreateInput,
  detach: boolean,
  { stderr, signal }: { readonly stderr: NodeJS.WritableStream; readonly signal: AbortSignal },
): Promise<number | null> {
  const name = request.Image;
  const image = name ? await wasiImage(name) : null;
  if (!name || !image) return null;
  if (detach || request.Tty)
    throw new InputError(`${name} is for ${PLATFORM}: it runs in the foreground, without a terminal of its own`);
  const config = image.config.config ?? {};
  const entrypoint = request.Entrypoint ?? config.Entrypoint ?? [];
  const command = request.Cmd ?? (request.Entrypoint ? [] : (config.Cmd ?? []));
  const [path, ...args] = [...entrypoint, ...command];
  if (!path) throw new InputError('there is nothing to run: name a program after the image');
  const { code, trap } = await runWasi(
    {
      name: path,
      program: { store: imagesFolder(), image: image.record.id, path },
      args,
      env: [...(config.Env ?? []), ...(request.Env ?? [])],
      mounts: (request.HostConfig?.Binds ?? []).map(mountOf),
      memory: request.HostConfig?.Memory || MEMORY,
    },
    signal,
  );
  if (trap !== null) stderr.write(`trapframe: ${path} trapped: ${trap}\n`);
  return code;
}
