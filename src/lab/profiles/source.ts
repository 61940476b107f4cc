import type { CostValue } from '../../abi/profile.ts';

/** A profile as written: a key `exit.*` stands for every cost below `exit.` that has no value of its own. */
export interface ProfileSource {
  readonly name: string;
  readonly summary: string;
  readonly costs: Readonly<Record<string, CostValue>>;
}
