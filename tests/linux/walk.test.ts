import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SysError } from '../../src/linux/errno.ts';
import { S } from '../../src/linux/uapi.ts';
import { Mount, type Path, PLAIN, rootDentry } from '../../src/linux/vfs/mount.ts';
import { Tmpfs } from '../../src/linux/vfs/tmpfs.ts';
import { resolveNew } from '../../src/linux/vfs/walk.ts';

/** `/d` with a file, a directory and links to them: what the texts below run into. */
const ENTRIES: Readonly<Record<string, string>> = { f: 'file', e: 'directory', lf: 'f', ld: 'e', up: '..', no: 'none' };

function tree(): { root: Path; cwd: Path } {
  const fs = new Tmpfs({ now: () => 0 });
  const own = { uid: 0, gid: 0 };
  const d = fs.root.create('d', { ...own, mode: S.IFDIR | 0o755 });
  for (const [name, what] of Object.entries(ENTRIES)) {
    if (what === 'file') d.create(name, { ...own, mode: S.IFREG | 0o644 });
    else if (what === 'directory') d.create(name, { ...own, mode: S.IFDIR | 0o755 });
    else d.symlink(name, what, { ...own, mode: S.IFLNK | 0o777 });
  }
  const mount = new Mount(fs, rootDentry(fs), 'test', PLAIN);
  const root = { mount, dentry: mount.root };
  const who = { uid: 0, gid: 0, groups: [], override: true };
  return { root, cwd: resolveNew({ root, cwd: root, who }, root, 'd', true).at };
}

/** path_resolution(7) once more, by whole names: what stands at each place is a word, a place is an absolute name. */
function model(text: string, follow: boolean): string {
  const kind = (place: string): string | undefined =>
    place === '/' || place === '/d' ? 'directory' : place.startsWith('/d/') ? ENTRIES[place.slice(3)] : undefined;
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  const demandsDirectory = /(^|\/)\.?$/.test(text) && parts.length > 0;
  let at = text.startsWith('/') ? '/' : '/d';
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (kind(at) !== 'directory') return 'ENOTDIR';
    if (part === '..') {
      at = at === '/d/e' ? '/d' : '/';
      continue;
    }
    const next = at === '/' ? `/${part}` : `${at}/${part}`;
    const what = kind(next);
    if (what === undefined) return last ? `new ${part} in ${at}` : 'ENOENT';
    if (what === 'file' || what === 'directory') at = next;
    else if (last && !follow && !demandsDirectory) at = next;
    else if (what === '..') at = '/';
    else if (what === 'none') return last ? `new none in ${at}` : 'ENOENT';
    else at = `/d/${what}`;
  }
  return demandsDirectory && kind(at) !== 'directory' ? 'ENOTDIR' : at;
}

function found(text: string, follow: boolean): string {
  const { root, cwd } = tree();
  try {
    const view = { root, cwd, who: { uid: 0, gid: 0, groups: [], override: true } };
    const { at, last } = resolveNew(view, cwd, text, follow);
    const names: string[] = [];
    for (let dentry: Path['dentry'] | null = at.dentry; dentry?.parent; dentry = dentry.parent) names.push(dentry.name);
    const name = `/${names.reverse().join('/')}`;
    return last === null ? name : `new ${last} in ${name}`;
  } catch (e) {
    if (!(e instanceof SysError)) throw e;
    return e.code === 2 ? 'ENOENT' : e.code === 20 ? 'ENOTDIR' : `error ${e.code}`;
  }
}

describe('path resolution', () => {
  const part = fc.constantFrom('', '.', '..', 'd', 'x', '...', ...Object.keys(ENTRIES));
  it('goes where a model of path_resolution(7) goes, whatever slashes and dots stand between', () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.boolean(), (parts, follow) => {
        const text = parts.join('/');
        if (text !== '') expect(found(text, follow), text).toBe(model(text, follow));
      }),
      { numRuns: 3000 },
    );
  });
});
