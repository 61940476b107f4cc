/** The modes and settings under which the blocks of a differential program run. */
import type { Rng } from './rng.ts';

export type Mode = 'M' | 'S' | 'U';

/** How a block runs. */
export interface Block {
  readonly mode: Mode;
  /** 0 Bare, 8 Sv39, 9 Sv48. */
  readonly translation: 0 | 8 | 9;
  /** Machine mode with loads and stores as a lower one. */
  readonly mprv: boolean;
  readonly translated: boolean;
  /** PMP entries are on; every access is aligned then, see deviations.ts. */
  readonly protected: boolean;
  readonly writableCode: boolean;
  readonly tvm: boolean;
  readonly tw: boolean;
  readonly tsr: boolean;
}

/** A random block. `writableCode`: what the page tables say of code pages. */
export function planBlock(rng: Rng, writableCode: boolean): Block {
  const mode = rng.pick(['M', 'S', 'S', 'U', 'U'] as const);
  const translation = mode === 'M' ? rng.pick([0, 8, 9] as const) : rng.pick([0, 8, 8, 9, 9] as const);
  const mprv = mode === 'M' && translation !== 0 && rng.chance(0.5);
  return {
    mode,
    translation,
    mprv,
    protected: rng.chance(0.3),
    translated: translation !== 0 && (mode !== 'M' || mprv),
    writableCode: translation === 0 || mode === 'M' || writableCode,
    tvm: rng.chance(0.15),
    tw: rng.chance(0.3),
    tsr: rng.chance(0.15),
  };
}
