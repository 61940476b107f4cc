/** The life of a background process: what every service has in common. */
import { buildOf } from './client.ts';
import type { Place } from './place.ts';
import { type Route, Service } from './server.ts';

export interface DaemonWork {
  readonly routes: readonly Route[];
  /** Sent with every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it has to stay although nobody speaks to it. */
  busy(): boolean;
  /** Ends what it holds. */
  close(): Promise<void>;
}

const IDLE_MS = 60_000;

/** Serves until nothing is left to do or SIGTERM comes. `make` is called once nobody else listens. */
export async function runDaemon(
  root: string,
  place: Place,
  make: (log: (line: string) => void) => Promise<DaemonWork>,
  idleMs = IDLE_MS,
): Promise<void> {
  // A log on a full disk ends nothing.
  process.stderr.on('error', () => {});
  const log = (line: string): void => {
    process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  };
  // Set-up may make another one while this one runs.
  const build = buildOf(root);
  const work = await make(log);
  const common: Route[] = [
    {
      method: 'GET',
      path: '/daemon',
      handle: async () => ({ status: 200, json: { build, busy: work.busy(), pid: process.pid } }),
    },
    {
      method: 'POST',
      path: '/daemon/end',
      handle: async () => {
        setImmediate(() => service.end());
        return { status: 204 };
      },
    },
  ];
  const service = new Service({
    place,
    routes: [...common, ...work.routes],
    ...(work.headers && { headers: work.headers }),
    busy: () => work.busy(),
    idleMs,
    log,
  });
  const onSignal = (): void => service.end();
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A broken request must not take everybody's containers down.
  process.on('uncaughtException', (e) => log(`uncaught: ${e.stack ?? e.message}`));
  process.on('unhandledRejection', (e) => log(`unhandled: ${e instanceof Error ? e.stack : String(e)}`));
  try {
    await service.run();
  } finally {
    await work.close();
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
}
