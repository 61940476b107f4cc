/** A worker that runs programs of Linux and WASI in a page: exposes their host over comlink and holds no logic. */
import { createProgramHost } from '../src/machine/hostings/host.ts';
import { serve } from '../src/rpc/serve.ts';

serve(createProgramHost(null));
