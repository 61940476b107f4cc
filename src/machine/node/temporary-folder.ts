/** An empty directory of the host's, for one run of a program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostFolder as SharedFolder } from '../../devices/node/host-folder.ts';
import type { HostFolder } from '../hostings/side.ts';
import { hostFiles } from './host-files.ts';

/** Makes one below the system's directory for temporary files. */
export function temporaryFolder(): HostFolder {
  const path = mkdtempSync(join(tmpdir(), 'trapframe-lab-'));
  return {
    files: hostFiles(path, false),
    folder: new SharedFolder(path),
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
