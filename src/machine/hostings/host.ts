/** Runs programs of Linux and of WASI, one at a time, in whatever can host them: what workers/program.ts exposes. */
import { InputError } from '../../abi/errors.ts';
import type { Progress } from '../../abi/machine.ts';
import type { LinuxUserland, ProgramHosting, ProgramOutcome, ProgramRequest } from '../../abi/program.ts';
import { runContainer } from './container.ts';
import { LightLinux } from './light.ts';
import { RealLinux } from './linux.ts';
import { runProcess } from './process.ts';
import type { HostFolder, MakeHostFolder } from './side.ts';
import { runWasi } from './wasi.ts';
import { Watch } from './watch.ts';

/** A host of programs, in this thread or behind a worker. */
export interface ProgramHost {
  /** Comes first. `onProgress` hears of every run. */
  open(core: WebAssembly.Module, onProgress: (progress: Progress) => void): void;
  /** Comes before the first program of a real Linux. */
  provide(linux: LinuxUserland): void;
  /** Runs a program to its end. Rejects with an InputError for what cannot be run. */
  run(request: ProgramRequest): Promise<ProgramOutcome>;
  /** Ends the run as soon as it can be. */
  cancel(): void;
}

/** @param makeFolder null: the host has no files that a program could see */
export function createProgramHost(makeFolder: MakeHostFolder): ProgramHost {
  let module: WebAssembly.Module | null = null;
  let real: { readonly linux: RealLinux; readonly light: LightLinux } | null = null;
  let tell: (progress: Progress) => void = () => {};
  let cancelled = false;

  const kernels = (): NonNullable<typeof real> => {
    if (!real) throw new InputError('there is no Linux kernel');
    return real;
  };
  const start = (hosting: ProgramHosting, core: WebAssembly.Module, watch: Watch, folder: HostFolder | null) => {
    switch (hosting) {
      case 'process':
        return runProcess(core, watch, folder);
      case 'container':
        return runContainer(core, watch, folder);
      case 'wasi':
        return runWasi(watch, folder);
      case 'linux':
        return kernels().linux.run(core, watch, folder);
      case 'wsl2':
        return kernels().light.run(core, watch, folder);
    }
  };

  return {
    open(core, onProgress) {
      module = core;
      tell = onProgress;
    },
    provide(linux) {
      real = { linux: new RealLinux(linux), light: new LightLinux(linux) };
    },
    async run(request): Promise<ProgramOutcome> {
      if (!module) throw new Error('open() comes first');
      cancelled = false;
      if (request.hostFiles && !makeFolder)
        throw new InputError('there are no files of a host here', 'Run it in Node.');
      const folder = request.hostFiles && makeFolder ? makeFolder() : null;
      try {
        const watch = new Watch(request, { cancelled: () => cancelled, onProgress: tell });
        return await start(request.hosting, module, watch, folder);
      } finally {
        folder?.remove();
      }
    },
    cancel() {
      cancelled = true;
    },
  };
}
