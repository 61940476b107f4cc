/** The lab in a browser: module workers, files by fetch. */
import { InputError } from '../../abi/errors.ts';
import type { LinuxFiles, LinuxUserland } from '../../abi/program.ts';
import { sha256 } from '../../abi/sha256.ts';
import { startBrowserWorker } from '../../rpc/browser.ts';
import type { Core, Platform } from '../platform.ts';

export interface BrowserOptions {
  /** Version of this software, for the results. */
  readonly version: string;
  /** Where trapframe.wasm and guests/ are served, relative to the page. */
  readonly base: URL;
  /** Where a real Linux kernel is, if there is one; without, workloads that need one are left out. */
  readonly findLinux?: () => Promise<LinuxFiles | null>;
}

const FETCH_MS = 60_000;
const CORE = 'trapframe.wasm';

async function fetched(url: URL): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_MS) }).catch((error: unknown) => {
    throw new InputError(`${url.pathname}: ${error instanceof Error ? error.message : String(error)}`);
  });
  if (!response.ok) throw new InputError(`${url.pathname}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The lab’s platform in a page: workers of the browser, guests fetched below `base`. */
export function browserPlatform({ version, base, findLinux = async () => null }: BrowserOptions): Platform {
  let core: Promise<Core> | null = null;
  const files = new Map<string, Promise<Uint8Array>>();
  const compile = async (): Promise<Core> => {
    const bytes = await fetched(new URL(CORE, base));
    return { module: await WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>), sha256: await sha256(bytes) };
  };
  const guest = (file: string): Promise<Uint8Array> => {
    const known = files.get(file) ?? fetched(new URL(`guests/${file}`, base));
    files.set(file, known);
    known.catch(() => files.delete(file));
    return known;
  };
  let linux: Promise<LinuxUserland | null> | null = null;
  const gather = async (): Promise<LinuxUserland | null> => {
    const found = await findLinux();
    if (!found) return null;
    const [init, archive] = [await guest('linux/agent'), await guest('linux/archive')];
    return { ...found, init, archive, core: await fetched(new URL(CORE, base)) };
  };
  return {
    version,
    start: startBrowserWorker,
    core: () => {
      core ??= compile().catch((error: unknown) => {
        core = null;
        throw error;
      });
      return core;
    },
    guest,
    linux: () => {
      linux ??= gather().catch((error: unknown) => {
        linux = null;
        throw error;
      });
      return linux;
    },
    host: () => ({
      runtime: 'browser',
      version: navigator.userAgent,
      v8: null,
      platform: navigator.platform || 'unknown',
      cpu: null,
      cores: navigator.hardwareConcurrency,
    }),
    now: () => performance.now(),
  };
}
