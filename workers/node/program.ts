/** The same in Node, where programs can see a directory of the host. */
import { createProgramHost } from '../../src/machine/hostings/host.ts';
import { temporaryFolder } from '../../src/machine/node/temporary-folder.ts';
import { serve } from '../../src/rpc/serve.ts';

serve(createProgramHost(temporaryFolder));
