/** Where a benchmark runs: this process with what emulators it finds, or a browser. */
import { nodePlatform } from '../../src/lab/node/platform.ts';
import type { EngineHost } from './engines.ts';
import { type About, about, labHost } from './lab-host.ts';
import { qemuHost } from './qemu-host.ts';

export interface Place extends Readonly<About> {
  readonly hosts: readonly EngineHost[];
  close(): Promise<void>;
}

/** Node's worker threads, and QEMU where it is installed. `signal` stops what runs. */
export async function nodePlace(signal: AbortSignal): Promise<Place> {
  const platform = nodePlatform();
  const hosts = [labHost(platform, signal), qemuHost(signal)];
  return {
    hosts,
    ...(await about(platform)),
    close: async () => {
      await Promise.all(hosts.map((host) => host.close()));
    },
  };
}
