/** What the user chose, as signals; kept in the page's address so that a comparison can be shared and reloaded. */
import { computed, signal } from '@preact/signals';
import type { Profile } from '../abi/profile.ts';
import { WORKLOADS } from '../abi/workloads.ts';
import type { CompareRequest } from '../lab/api.ts';
import { ENVIRONMENTS } from '../lab/environments.ts';
import { PROFILES, profileByName } from '../lab/profile.ts';

export const workloads = signal<readonly string[]>(['null-syscall', 'fork', 'page-fault', 'gups', 'integer-mix']);
export const environments = signal<readonly string[]>(['native', 'bare', 'shadow', 'nested', 'paravirt']);
export const profileName = signal('skylake');
/** A profile from the user's own file; chosen when `profileName` is its name. */
export const ownProfile = signal<Profile | null>(null);
export const repeat = signal(5);
export const quick = signal(true);

/** Why the choice cannot be run, or null. */
export const problem = computed(() => {
  if (workloads.value.length === 0) return 'Choose at least one workload.';
  if (environments.value.length === 0) return 'Choose at least one environment.';
  return null;
});

export const chosenProfile = computed((): Profile => {
  const own = ownProfile.value;
  return own !== null && own.name === profileName.value ? own : profileByName(profileName.value);
});

/** `list` with `id` in or out, in the order of `known`. */
export const toggled = (list: readonly string[], id: string, on: boolean, known: readonly string[]): string[] =>
  known.filter((name) => (name === id ? on : list.includes(name)));

export const WORKLOAD_IDS: readonly string[] = WORKLOADS.map((w) => w.id);
export const ENVIRONMENT_IDS: readonly string[] = ENVIRONMENTS.map((e) => e.id);

/** What the form asks for. */
export const request = (): CompareRequest => ({
  workloads: workloads.value,
  environments: environments.value,
  profile: chosenProfile.value,
  repeat: repeat.value,
  quick: quick.value,
});

/** The choice as the part of an address behind `#`. */
export function toHash(): string {
  const params = new URLSearchParams({
    w: workloads.value.join(','),
    e: environments.value.join(','),
    profile: profileName.value,
    repeat: String(repeat.value),
    size: quick.value ? 'quick' : 'full',
  });
  return `#${params.toString().replaceAll('%2C', ',')}`;
}

/** Takes the choice from an address; what it does not know it leaves as it is. */
export function fromHash(hash: string): void {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const among = (key: string, known: readonly string[]) => {
    const names = params.get(key)?.split(',') ?? [];
    return known.filter((name) => names.includes(name));
  };
  const w = among('w', WORKLOAD_IDS);
  const e = among('e', ENVIRONMENT_IDS);
  if (w.length > 0) workloads.value = w;
  if (e.length > 0) environments.value = e;
  const profile = params.get('profile');
  if (profile !== null && PROFILES.some((p) => p.name === profile)) profileName.value = profile;
  const n = Number(params.get('repeat') ?? Number.NaN);
  if (Number.isInteger(n) && n >= 0 && n <= 1000) repeat.value = n;
  if (params.has('size')) quick.value = params.get('size') !== 'full';
}
