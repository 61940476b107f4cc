/** Runs programs of Linux and of WASI, one at a time, in whatever can host them: what workers/program.ts exposes. */
import { InputError } from '../../abi/errors.ts';
import type { Progress } from '../../abi/machine.ts';
import type { ProgramHosting, ProgramOutcome, ProgramRequest } from '../../abi/program.ts';
import { runContainer } from './container.ts';
import { runProcess } from './process.ts';
import type { HostFolder, MakeHostFolder } from './side.ts';
import { runWasi } from './wasi.ts';
import { Watch } from './watch.ts';

/** A host of programs, in this thread or behind a worker. */
export interface ProgramHost {
  /** Comes first. `onProgress` hears of every run. */
  open(core: WebAssembly.Module, onProgress: (progress: Progress) => void): void;
  /** Runs a program to its end. Rejects with an InputError for what cannot be run. */
  run(request: ProgramRequest): Promise<ProgramOutcome>;
  /** Ends the run as soon as it can be. */
  cancel(): void;
}

type Run = (module: WebAssembly.Module, watch: Watch, folder: HostFolder | null) => Promise<ProgramOutcome>;

const RUN: Readonly<Record<ProgramHosting, Run>> = {
  process: runProcess,
  container: runContainer,
  wasi: (_module, watch, folder) => runWasi(watch, folder),
};

/** @param makeFolder null: the host has no files that a program could see */
export function createProgramHost(makeFolder: MakeHostFolder): ProgramHost {
  let module: WebAssembly.Module | null = null;
  let tell: (progress: Progress) => void = () => {};
  let cancelled = false;
  return {
    open(core, onProgress) {
      module = core;
      tell = onProgress;
    },
    async run(request) {
      if (!module) throw new Error('open() comes first');
      cancelled = false;
      if (request.hostFiles && !makeFolder)
        throw new InputError('there are no files of a host here', 'Run it in Node.');
      const folder = request.hostFiles && makeFolder ? makeFolder() : null;
      try {
        const watch = new Watch(request, { cancelled: () => cancelled, onProgress: tell });
        return await RUN[request.hosting](module, watch, folder);
      } finally {
        folder?.remove();
      }
    },
    cancel() {
      cancelled = true;
    },
  };
}
