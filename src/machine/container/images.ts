/** Images of a store as what containers stand on. */
import { InputError } from '../../abi/errors.ts';
import type { ImageStore, OpenImage } from '../images/store.ts';
import { readHealthcheck } from './request.ts';
import type { Base, ImageDefaults } from './roots.ts';

/** What the kernel's programs are built for. */
const PLATFORM = 'linux/riscv64';

function defaultsOf({ config: { config } }: OpenImage): ImageDefaults {
  return {
    env: config?.Env ?? [],
    entrypoint: config?.Entrypoint ?? null,
    cmd: config?.Cmd ?? null,
    cwd: config?.WorkingDir || '/',
    user: config?.User ?? '',
    stopSignal: config?.StopSignal ?? null,
    labels: config?.Labels ?? {},
    exposed: Object.keys(config?.ExposedPorts ?? {}),
    volumes: Object.keys(config?.Volumes ?? {}),
    healthcheck: readHealthcheck(config?.Healthcheck),
  };
}

/**
 * Opens an image for a container, `holder`; it stays in the store until that is gone. `ref` finds it, a name or its number; `onError` hears of what could not
 * be given back. Rejects with InputError where there is no such image.
 */
export async function imageBase(
  store: ImageStore,
  name: string,
  holder: string,
  ref: string,
  onError: (e: unknown) => void,
): Promise<Base> {
  await store.hold(holder, ref);
  try {
    const image = await store.open(ref);
    const { platform } = image.record;
    if (platform !== PLATFORM)
      throw new InputError(`${name} is for ${platform}`, `Containers of the kernel are ${PLATFORM}.`);
    return {
      lowers: image.layers,
      defaults: defaultsOf(image),
      name,
      imageId: image.record.id,
      release: () => void store.letGo(holder).catch(onError),
    };
  } catch (e) {
    await store.letGo(holder);
    throw e;
  }
}
