/** A worker that holds containers on one kernel: exposes them over comlink and holds no logic. */
import { createRemoteContainers } from '../src/machine/container/remote.ts';
import { serve } from '../src/rpc/serve.ts';

serve(createRemoteContainers());
