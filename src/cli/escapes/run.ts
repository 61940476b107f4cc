/** Makes the attempts, everywhere they are asked for, and in places where nothing keeps them from it. */
import { join } from 'node:path';
import {
  ESCAPE_CONTROLS,
  ESCAPE_HOSTINGS,
  ESCAPES,
  type EscapeAttempt,
  type EscapeControlId,
  type EscapeHostingId,
} from '../../abi/escapes.ts';
import type { LightVmImages } from '../../machine/light/vm.ts';
import { hostWorld } from './host-world.ts';
import { cellOf, type EscapeCell, type EscapeControl, judge, type Outcome } from './judge.ts';
import { containerWorld, unconfinedWorld } from './kernel-world.ts';
import { HostOutside } from './outside.ts';
import { processWorld, wasiWorld } from './process-world.ts';
import { VmBooter, VmWorld } from './vm-world.ts';
import type { World } from './world.ts';

export interface EscapeRow extends EscapeAttempt {
  readonly cells: readonly EscapeCell[];
  readonly controls: readonly EscapeControl[];
}

export interface EscapesResult {
  readonly hostings: readonly EscapeHostingId[];
  readonly rows: readonly EscapeRow[];
}

export interface EscapesRequest {
  /** The checkout. */
  readonly root: string;
  readonly core: WebAssembly.Module;
  readonly attempts: readonly string[];
  readonly hostings: readonly EscapeHostingId[];
  /** What the VM boots; null: there is none, and what needs one is left out. */
  readonly images: LightVmImages | null;
  readonly signal: AbortSignal;
  /** What is tried now, after `done` of `total`. */
  onProgress(what: string, done: number, total: number): void;
}

type PlaceId = EscapeHostingId | EscapeControlId;

function makers({ root, core, images }: EscapesRequest, outside: HostOutside): Readonly<Record<PlaceId, () => World>> {
  const wasm = join(root, 'build/guests/wasm/escape.wasm');
  const booter = images && new VmBooter(core, images, outside);
  const vm = (place: 'vm' | 'wsl2' | 'linux') => (): World => {
    if (!booter) throw new Error('there is no kernel');
    return new VmWorld(booter, outside, place);
  };
  return {
    process: () => processWorld(core, outside, false),
    container: () => containerWorld(core, outside),
    'container-wasm': () => wasiWorld(wasm, outside, false),
    wsl2: vm('wsl2'),
    vm: vm('vm'),
    host: () => hostWorld(outside),
    folder: () => processWorld(core, outside, true),
    'folder-wasm': () => wasiWorld(wasm, outside, true),
    unconfined: () => unconfinedWorld(core, outside),
    linux: vm('linux'),
  };
}

/** Rejects when something other than an attempt fails. */
export async function runEscapes(request: EscapesRequest): Promise<EscapesResult> {
  const { attempts, images, signal } = request;
  const hostings = ESCAPE_HOSTINGS.filter((h) => request.hostings.includes(h.id) && (images || !h.needsKernel)).map(
    (h) => h.id,
  );
  const controls = ESCAPE_CONTROLS.filter((c) => images || c.id !== 'linux').map((c) => c.id);
  const rows = ESCAPES.filter((row) => attempts.includes(row.id));
  const outside = await HostOutside.open(join(request.root, 'build/guests/linux/escape'));
  try {
    const make = makers(request, outside);
    const outcomes = new Map<PlaceId, ReadonlyMap<string, Outcome>>();
    const places: readonly PlaceId[] = [...controls, ...hostings];
    let done = 0;
    for (const place of places) {
      const world = make[place]();
      const made = new Map<string, Outcome>();
      try {
        for (const { id } of rows) {
          signal.throwIfAborted();
          request.onProgress(`${place}: ${id}`, done++, places.length * rows.length);
          made.set(id, judge(await world.attempt(id), world.secrets));
        }
      } finally {
        await world.close();
      }
      outcomes.set(place, made);
    }
    return {
      hostings,
      rows: rows.map((row) => {
        const proofs = controls.map((control): EscapeControl => {
          const { reached, how } = outcomes.get(control)!.get(row.id)!;
          return { control, reached, how };
        });
        return {
          ...row,
          cells: hostings.map((hosting) => cellOf(hosting, outcomes.get(hosting)!.get(row.id)!, proofs)),
          controls: proofs,
        };
      }),
    };
  } finally {
    await outside.close();
  }
}
