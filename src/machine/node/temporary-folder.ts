/** An empty directory of the host's, for one run of a program. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostFolder } from '../hostings/side.ts';
import { hostFiles } from './host-files.ts';

/** Makes one below the system's directory for temporary files. */
export function temporaryFolder(): HostFolder {
  const path = mkdtempSync(join(tmpdir(), 'trapframe-lab-'));
  return { files: hostFiles(path, false), remove: () => rmSync(path, { recursive: true, force: true }) };
}
