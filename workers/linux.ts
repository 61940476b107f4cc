/** A worker that runs a Linux guest: exposes it over comlink and holds no logic. */
import { createHostedLinux, type HostedLinux } from '../src/machine/hosted.ts';
import type { LinuxWorker } from '../src/rpc/protocol.ts';
import { serve } from '../src/rpc/serve.ts';

let guest: HostedLinux | null = null;

const opened = (): HostedLinux => {
  if (!guest) throw new Error('open() comes first');
  return guest;
};

const api: LinuxWorker = {
  open(core, console, output, ready) {
    guest = createHostedLinux(core, { console, output, ready });
  },
  boot: (request) => opened().boot(request),
  type: (bytes) => opened().type(bytes),
  resize: (rows, columns) => opened().resize(rows, columns),
  counters: () => opened().counters(),
  stop: () => opened().stop(),
};

serve(api);
