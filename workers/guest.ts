/** A worker that runs guests: exposes one machine over comlink and holds no logic. */
import type { Progress } from '../src/abi/machine.ts';
import { createMachineHost } from '../src/machine/host.ts';
import type { GuestWorker } from '../src/rpc/protocol.ts';
import { serve } from '../src/rpc/serve.ts';

let host: ReturnType<typeof createMachineHost> | null = null;
let tell: (progress: Progress) => void = () => {};

const opened = () => {
  if (!host) throw new Error('open() comes first');
  return host;
};

const api: GuestWorker = {
  open(core, onProgress) {
    host = createMachineHost(core);
    tell = onProgress;
  },
  load: (image, config) => opened().load(image, config),
  run: (options) => opened().run(options, (progress) => tell(progress)),
  cancel: () => opened().cancel(),
};

serve(api);
