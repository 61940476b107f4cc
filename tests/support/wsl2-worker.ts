/** Runs in a browser's worker: has the worker of the light VM boot, install, run and export, and says what came of it. */
import { MACHINE_DEFAULT } from '../../src/abi/config.ts';
import { EXT4_GROUP } from '../../src/image/ext4.ts';
import { Connection } from '../../src/rpc/connection.ts';
import type { Workers } from '../../src/rpc/protocol.ts';

const CALL_MS = 60_000;
const MiB = 2 ** 20;

const file = async (name: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await (await fetch(`/${name}`)).arrayBuffer());

async function run(): Promise<unknown> {
  const worker = new Worker('/wsl2.js', { type: 'module' });
  const vm = new Connection<Workers['wsl2']>({
    endpoint: worker,
    terminate: async () => worker.terminate(),
    onFailure: (listener) => worker.addEventListener('error', (event) => listener(new Error(event.message))),
  });
  const core = await WebAssembly.compile(await file('core'));
  const [kernel, initrd] = [await file('kernel'), await file('initrd')];
  const config = { ...MACHINE_DEFAULT, memory: 96 * MiB, codePages: 4096, engine: 'jit', counting: false } as const;
  await vm.call('boot', CALL_MS, (w) => w.boot(core, { config, kernel, initrd, bootargs: '', diskSize: EXT4_GROUP }));
  const sh = async (name: string, script: string, input = '') => {
    const bytes = new TextEncoder().encode(input);
    const command = { argv: ['sh', '-c', script], env: { PATH: '/bin' } };
    const ran = await vm.call('run', CALL_MS, (w) => w.run(name, command, bytes));
    return { code: ran.code, out: new TextDecoder().decode(ran.stdout) };
  };
  await vm.call('install', CALL_MS, (w) => w.install('box', null));
  const ran = await sh('box', 'cat; hostname; echo kept >/root/x; exit 4', 'in\n');
  const tar = await vm.call('export', CALL_MS, (w) => w.export('box'));
  await vm.call('install', CALL_MS, (w) => w.install('copy', tar));
  const copied = await sh('copy', 'cat /root/x; hostname; uname -m');
  const none = await sh('none', 'true').catch((error: Error) => error.message);
  await vm.call('powerOff', CALL_MS, (w) => w.powerOff());
  await vm.close();
  return { ran, copied, none };
}

addEventListener('message', () => {
  run().then(
    (result) => postMessage(result),
    (error) => postMessage({ error: String(error) }),
  );
});
