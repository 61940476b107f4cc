/** Overlays as mount(2) makes them: `lowerdir=a:b,upperdir=c,workdir=d`. */
import { E, fail } from '../errno.ts';
import { S } from '../uapi.ts';
import { type Inode, isDirectory } from './inode.ts';
import type { Path } from './mount.ts';
import { OverlayFs } from './overlay.ts';
import { Workshop } from './overlay-layer.ts';
import { resolve, type Viewpoint } from './walk.ts';

/** Options that are as they are here; anything else that is asked of them can't be had. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  redirect_dir: ['off', 'nofollow'],
  index: ['off'],
  metacopy: ['off'],
  nfs_export: ['off'],
  xino: ['on', 'auto'],
  uuid: ['on', 'off', 'null', 'auto'],
  volatile: [''],
};
/** Layers at most, as in Linux. */
const LAYERS = 500;

/** Parts between separators that no backslash stands before. */
function split(text: string, separator: string): string[] {
  const parts = [''];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === separator) parts.push('');
    else parts.push(`${parts.pop()}${text[i] === '\\' ? text.slice(i, ++i + 1) : text[i]}`);
  }
  return parts;
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, '$1');

function parse(data: string): ReadonlyMap<string, string> {
  const options = new Map<string, string>();
  for (const option of split(data, ',').filter(Boolean)) {
    const cut = option.indexOf('=');
    const [name, value] = cut < 0 ? [option, ''] : [option.slice(0, cut), option.slice(cut + 1)];
    if (!['lowerdir', 'upperdir', 'workdir'].includes(name) && !FIXED[name]?.includes(value)) fail(E.INVAL);
    options.set(name, value);
  }
  return options;
}

const inside = (path: Path, other: Path): boolean => {
  for (let up: Path['dentry'] | null = path.dentry; up; up = up.parent) if (up === other.dentry) return true;
  return false;
};

/** The directory things are made in: `work` below the one that was given, empty. Fails where whiteouts can't be kept. */
function prepareWork(workdir: Inode, now: () => number): Inode {
  const there = workdir.lookup('work');
  if (there && !isDirectory(there.mode)) fail(E.INVAL);
  const work = there ?? workdir.create('work', { mode: S.IFDIR, uid: 0, gid: 0 });
  for (const { name, type } of work.entries()) {
    if (type === S.IFDIR) work.rmdir(name);
    else work.unlink(name);
  }
  try {
    new Workshop(work, now).whiteOut(work, 'probe');
    work.unlink('probe');
    work.setAttribute('trusted.overlay.probe', null);
  } catch {
    fail(E.INVAL);
  }
  return work;
}

/** Makes an overlay of what the options name, as seen from `view`. */
export function mountOverlay(view: Viewpoint, data: string, now: () => number): OverlayFs {
  const options = parse(data);
  const place = (text: string): Path => {
    const path = resolve(view, view.cwd, unescaped(text));
    return isDirectory(path.dentry.inode.mode) ? path : fail(E.NOTDIR);
  };
  const lower = split(options.get('lowerdir') || fail(E.INVAL), ':').map((text) => place(text).dentry.inode);
  if (lower.length > LAYERS) fail(E.INVAL);
  const [upperdir, workdir] = [options.get('upperdir'), options.get('workdir')];
  if (upperdir === undefined) return new OverlayFs({ lower, upper: null, now });
  const upper = place(upperdir);
  const work = place(workdir ?? fail(E.INVAL));
  if (upper.mount !== work.mount || upper.mount.flags.readOnly) fail(E.INVAL);
  if (inside(upper, work) || inside(work, upper)) fail(E.INVAL);
  return new OverlayFs({
    lower,
    upper: { root: upper.dentry.inode, work: prepareWork(work.dentry.inode, now) },
    now,
  });
}
