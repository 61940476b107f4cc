/** Names and numbers of containers, and names of volumes. */
import { InputError } from '../../abi/errors.ts';
import { hexBytes } from '../../abi/hex.ts';

// biome-ignore format: two lists of words
const FIRST = [
  'amber', 'brave', 'calm', 'clear', 'copper', 'eager', 'early', 'fair', 'gentle', 'glad', 'golden', 'keen', 'kind',
  'lively', 'lucid', 'mellow', 'nimble', 'patient', 'plain', 'quiet', 'rapid', 'silver', 'steady', 'swift', 'warm', 'wise',
];
// biome-ignore format: two lists of words
const SECOND = [
  'amdahl', 'backus', 'conway', 'dahl', 'dijkstra', 'floyd', 'gosper', 'hoare', 'hopper', 'iverson', 'kay', 'kilburn',
  'knuth', 'lamport', 'liskov', 'lovelace', 'mccarthy', 'naur', 'nygaard', 'perlis', 'strachey', 'thompson', 'turing',
  'wilkes', 'wirth', 'zuse',
];

/** 64 hex digits. */
export const newId = (): string => hexBytes(crypto.getRandomValues(new Uint8Array(32)));

/** Two words that nobody has yet. */
export function newName(taken: (name: string) => boolean): string {
  const pick = <T>(list: readonly T[]): T => list[crypto.getRandomValues(new Uint32Array(1))[0]! % list.length]!;
  for (let i = 0; ; i++) {
    const name = `${pick(FIRST)}_${pick(SECOND)}${i < 20 ? '' : i}`;
    if (!taken(name)) return name;
  }
}

export const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

const LONGEST_VOLUME = 128;
export const isVolumeName = (name: string): boolean => NAME.test(name) && name.length <= LONGEST_VOLUME;

/** @throws InputError for what is no name of a volume */
export function demandVolumeName(name: string): string {
  if (isVolumeName(name)) return name;
  throw new InputError(
    `“${name}” is no name for a volume`,
    `Letters, digits, and after the first one _ . -, at most ${LONGEST_VOLUME} of them.`,
  );
}
