/** Workers as a browser's module workers. */
import type { WorkerHandle } from './connection.ts';
import type { WorkerKind } from './protocol.ts';

/** The bundler finds the workers by this very form of expression, one a kind. */
const START: Readonly<Record<WorkerKind, () => Worker>> = {
  guest: () => new Worker(new URL('../../workers/guest.ts', import.meta.url), { type: 'module' }),
  bench: () => new Worker(new URL('../../workers/bench.ts', import.meta.url), { type: 'module' }),
  program: () => new Worker(new URL('../../workers/program.ts', import.meta.url), { type: 'module' }),
  linux: () => new Worker(new URL('../../workers/linux.ts', import.meta.url), { type: 'module' }),
  wsl2: () => new Worker(new URL('../../workers/wsl2.ts', import.meta.url), { type: 'module' }),
};

/** Starts a worker of the page. */
export function startBrowserWorker(kind: WorkerKind): WorkerHandle {
  const worker = START[kind]();
  return {
    endpoint: worker,
    terminate: async () => worker.terminate(),
    onFailure: (listener) => {
      worker.addEventListener('error', (event) =>
        listener(new Error(event.message || 'the script could not be loaded')),
      );
    },
  };
}
