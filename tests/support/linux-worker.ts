/** Runs in a browser's worker: boots a real Linux kernel, runs a command, and says all that can be told of it. */
import type { MachineConfig } from '../../src/abi/config.ts';
import { LinuxGuest } from '../../src/machine/linux.ts';
import { configOf, partsOf, story } from './story.ts';

interface Request {
  readonly machine: Partial<MachineConfig>;
  readonly command: string;
}

const file = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());

async function run({ machine, command }: Request): Promise<unknown> {
  const core = await WebAssembly.compile(await file('core'));
  const guest = await LinuxGuest.create(core, {
    ...partsOf(configOf(machine), 'virtio'),
    kernel: await file('kernel'),
    initrd: await file('initrd'),
    bootargs: 'quiet',
  });
  const running = guest.run();
  await guest.agent!.ready;
  guest.system.stop();
  await running;
  return story(guest, command);
}

addEventListener('message', (event: MessageEvent<Request>) => {
  run(event.data).then(
    (result) => postMessage(result),
    (error) => postMessage({ error: String(error) }),
  );
});
