import type { Command } from 'commander';
import { InputError } from '../../abi/errors.ts';
import type { Context } from '../context.ts';
import { placeOf, type ServiceName } from '../daemon/place.ts';
import { type DaemonWork, runDaemon } from '../daemon/run.ts';

type Start = (context: Context, log: (line: string) => void) => Promise<DaemonWork>;

/** What can run in the background. A module is loaded only when its service is started. */
const SERVICES: Partial<Record<ServiceName, () => Promise<Start>>> = {
  container: async () => {
    const { startContainers } = await import('../container/service.ts');
    return ({ root }, log) => startContainers(root, log);
  },
};

/** `trapframe daemon`: what commands start for themselves; it is not listed in the help. */
export function addDaemon(program: Command, context: Context): void {
  program
    .command('daemon', { hidden: true })
    .argument('<service>', Object.keys(SERVICES).join(', '))
    .description('Serves on a socket of the state folder until nothing is left to do.')
    .action(async (name: string) => {
      const load = SERVICES[name as ServiceName];
      if (!load) throw new InputError(`there is no service “${name}”`);
      const start = await load();
      await runDaemon(context.root, placeOf(name as ServiceName), (log) => start(context, log));
    });
}
