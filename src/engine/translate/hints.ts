/** Hosts that read branch hints only when they are told to. */

/** What is used of Node, where this runs in it. */
interface NodeLike {
  readonly versions?: { readonly v8?: string };
  getBuiltinModule?(id: 'node:v8'): { setFlagsFromString(flags: string): void };
}

/** V8 with the flag, and without: later ones need none, and complain of a flag they do not know. */
const LAST_WITH_FLAG = 12;

/** Has the host read the branch hints of modules compiled from now on, if that has to be asked for. */
export function askForHints(): void {
  const { process } = globalThis as { process?: NodeLike };
  const major = Number.parseInt(process?.versions?.v8 ?? '', 10);
  if (!(major <= LAST_WITH_FLAG)) return;
  process?.getBuiltinModule?.('node:v8').setFlagsFromString('--experimental-wasm-branch-hinting');
}
