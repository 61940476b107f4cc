/** What the translator of guest code did, for people: data only, which crosses between threads. */

/** How often translated code was left for one cause. */
export interface ExitCount {
  readonly id: string;
  readonly summary: string;
  readonly count: number;
}

/** One translated function of the guest, or what is left of one behind an address that was found to be hot. */
export interface TranslatedRegion {
  /** Address of its first instruction when it was translated, as hex digits with `0x`. */
  readonly entry: string;
  /** Bytes of its WebAssembly function. */
  readonly bytes: number;
  /** Instructions translated code ran until a sample was taken in it. */
  readonly sampled: number;
  /** Those that are not zero. */
  readonly exits: readonly ExitCount[];
  /** Its instructions by address; `word` is their bits. */
  readonly listing: readonly { readonly address: string; readonly word: number; readonly text: string }[];
  /** The module it is in, and the name under which that exports it. */
  readonly module: Uint8Array;
  readonly name: string;
}

export interface TranslationReport {
  /** Counted. Not the same in every run: what is translated, and when, depends on the time it takes. */
  readonly counted: {
    /** Modules compiled, their units, and their bytes of WebAssembly. */
    readonly modules: number;
    readonly units: number;
    readonly bytes: number;
    /** Units that stand at the end. */
    readonly standing: number;
    /** Modules made anew in another manner. */
    readonly remade: number;
    /** Modules the host's compiler did not take. */
    readonly refused: number;
    /** Times everything was dropped since there was no room for more. */
    readonly flushes: number;
    /** Instructions up to the last sample, by how they were executed. */
    readonly translated: number;
    readonly interpreted: number;
  };
  /** Milliseconds spent translating. */
  readonly measured: { readonly ms: number };
  /** By cause; of all units there ever were. */
  readonly exits: readonly ExitCount[];
  /** The hottest that stand, by samples and by exits. */
  readonly regions: readonly TranslatedRegion[];
}
