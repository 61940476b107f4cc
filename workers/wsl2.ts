/** A worker that holds a light VM: exposes it over comlink and holds no logic. */
import { createLightVmHost } from '../src/machine/light/host.ts';
import { serve } from '../src/rpc/serve.ts';

serve(createLightVmHost());
