/** Workers as Node's worker threads. */
import { Worker } from 'node:worker_threads';
import type { WorkerHandle } from './connection.ts';
import { type NodePort, nodeEndpoint } from './serve.ts';

/** Starts the compiled worker at `script`. */
export function startNodeWorker(script: URL): WorkerHandle {
  const worker = new Worker(script);
  return {
    endpoint: nodeEndpoint(worker as NodePort),
    terminate: async () => {
      await worker.terminate();
    },
    onFailure: (listener) => {
      worker.on('error', (error: unknown) => listener(error instanceof Error ? error : new Error(String(error))));
      worker.on('exit', (code) => listener(new Error(`exit code ${code}`)));
    },
  };
}
