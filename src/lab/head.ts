/** What every result says about how it came to be. */
import type { Profile } from '../abi/profile.ts';
import type { HostInfo } from '../abi/result.ts';
import type { Platform } from './platform.ts';
import { clockResolution } from './stats.ts';

/** This host, with the resolution of its clock as measured now. */
export const hostInfo = (platform: Platform): HostInfo => ({
  ...platform.host(),
  clockResolutionMs: clockResolution(() => platform.now()),
});

export interface Head {
  readonly trapframe: string;
  readonly created: string;
  readonly seed: number;
  readonly coreSha256: string;
  readonly host: HostInfo;
  readonly profile: Profile;
}

/** What every result names: versions, machine, clock, seed and profile. Measures the clock. */
export async function resultHead(platform: Platform, seed: number, profile: Profile): Promise<Head> {
  return {
    trapframe: platform.version,
    created: new Date().toISOString(),
    seed,
    coreSha256: (await platform.core()).sha256,
    host: hostInfo(platform),
    profile,
  };
}
