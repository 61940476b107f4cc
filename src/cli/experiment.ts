import { createLab } from '../index.ts';
import type { Control, Lab } from '../lab/api.ts';
import type { Context } from './context.ts';
import { cachedLinux } from './linux/images.ts';
import { Progress } from './progress.ts';

/** Runs `work` on a lab that is closed afterwards, whatever happens, with progress on stderr. */
export async function onLab<T>(
  context: Context,
  quiet: boolean,
  work: (lab: Lab, control: Control) => Promise<T>,
): Promise<T> {
  const lab = createLab({ root: context.root, findLinux: cachedLinux });
  const progress = new Progress({ stream: context.stderr, quiet });
  try {
    return await work(lab, { signal: context.signal, onEvent: progress.onEvent });
  } finally {
    progress.end();
    await lab.close();
  }
}
