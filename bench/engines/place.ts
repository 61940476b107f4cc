/** Where a benchmark runs: this process with what emulators it finds, or a browser. */
import type { HostInfo } from '../../src/abi/result.ts';
import { hostInfo } from '../../src/lab/head.ts';
import { nodePlatform } from '../../src/lab/node/platform.ts';
import type { EngineHost } from './engines.ts';
import { labHost } from './lab-host.ts';
import { qemuHost } from './qemu-host.ts';

export interface Place {
  readonly hosts: readonly EngineHost[];
  readonly host: HostInfo;
  readonly trapframe: string;
  readonly coreSha256: string;
  close(): Promise<void>;
}

/** Node's worker threads, and QEMU where it is installed. `workloads` are ids; `signal` stops what runs. */
export async function nodePlace(workloads: readonly string[], signal: AbortSignal): Promise<Place> {
  const platform = nodePlatform();
  const hosts = [labHost(platform, signal), await qemuHost(workloads, signal)];
  return {
    hosts,
    host: hostInfo(platform),
    trapframe: platform.version,
    coreSha256: (await platform.core()).sha256,
    close: async () => {
      await Promise.all(hosts.map((host) => host.close()));
    },
  };
}
