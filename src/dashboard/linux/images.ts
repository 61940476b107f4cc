/** Kernels and userlands the page can boot: those that the server of this page has in its cache, and files of the user's. */
import { InputError } from '../../abi/errors.ts';
import type { LinuxFiles } from '../../abi/program.ts';
import { buildInitramfs } from '../../machine/initramfs.ts';

/** What `list.json` names. */
export interface LocalImage {
  readonly name: string;
  readonly about: string;
}

export interface Chosen {
  /** `built`, `debian`, or a file. */
  readonly kernel: string | File;
  /** null: our own userland. */
  readonly initrd: File | null;
}

export interface BootImages {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly agent: 'virtio' | 'serial' | null;
}

const FETCH_MS = 60_000;
const at = (path: string): URL => new URL(path, document.baseURI);

async function fetched(path: string): Promise<Uint8Array> {
  const response = await fetch(at(path), { signal: AbortSignal.timeout(FETCH_MS) });
  if (!response.ok) throw new InputError(`${path}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** What the server of this page has; nothing where it is no server of ours. */
export async function localImages(): Promise<readonly LocalImage[]> {
  try {
    const response = await fetch(at('local/linux/list.json'), { signal: AbortSignal.timeout(FETCH_MS) });
    return response.ok ? ((await response.json()) as LocalImage[]) : [];
  } catch {
    return [];
  }
}

/** The content of a gzip file; any other as it is. */
async function unpacked(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const contentOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());

/** Reads all that a boot needs; rejects with what is missing. */
export async function readImages({ kernel, initrd }: Chosen): Promise<BootImages> {
  const image = await unpacked(
    typeof kernel === 'string' ? await fetched(`local/linux/${kernel}`) : await contentOf(kernel),
  );
  if (initrd) return { kernel: image, initrd: await contentOf(initrd), agent: null };
  const [busybox, agent] = await Promise.all([fetched('local/linux/busybox'), fetched('build/guests/linux/agent')]);
  return { kernel: image, initrd: buildInitramfs({ busybox, agent }), agent: agentOf(kernel) };
}

/** Only our own kernel surely has virtio built in. */
const agentOf = (kernel: string | File): 'virtio' | 'serial' => (kernel === 'built' ? 'virtio' : 'serial');

/** What the server of this page has, for the lab: our own kernel before Debian's. */
export async function localLinux(): Promise<LinuxFiles | null> {
  const images = await localImages();
  const kernel = ['built', 'debian'].flatMap((name) => images.filter((image) => image.name === name))[0];
  if (!kernel || !images.some(({ name }) => name === 'busybox')) return null;
  const [image, busybox] = await Promise.all([fetched(`local/linux/${kernel.name}`), fetched('local/linux/busybox')]);
  return { kernel: await unpacked(image), about: kernel.about, agent: agentOf(kernel.name), busybox };
}

/** The compiled machine. */
export const coreModule = async (): Promise<WebAssembly.Module> =>
  WebAssembly.compile((await fetched('build/trapframe.wasm')) as Uint8Array<ArrayBuffer>);
