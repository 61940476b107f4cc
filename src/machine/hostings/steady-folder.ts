/** A folder of the host without what differs from one run to the next: numbers of files, times, sizes of directories, orders of lists. */
import { type FileStat, type Folder, isFolder, type OpenFile } from '../../devices/9p/folder.ts';

const BLOCK = 4096;

/** `folder` with files numbered as they are first seen, and `time` for all times. */
export function steadyFolder(folder: Folder, time: bigint): Folder {
  const numbers = new Map<bigint, bigint>();
  const numberOf = (id: bigint): bigint => {
    const known = numbers.get(id) ?? BigInt(numbers.size + 1);
    numbers.set(id, known);
    return known;
  };
  const steady = (stat: FileStat): FileStat => ({
    ...stat,
    id: numberOf(stat.id),
    size: isFolder(stat.mode) ? BLOCK : stat.size,
    atime: time,
    mtime: time,
    ctime: time,
  });
  /** Keeps what the file's own class has. */
  const opened = (file: OpenFile): OpenFile =>
    new Proxy(file, {
      get: (target, key) => {
        if (key === 'stat') return () => steady(target.stat());
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  return {
    stat: (path) => steady(folder.stat(path)),
    list: (path) =>
      folder
        .list(path)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((entry) => ({ ...entry, id: numberOf(entry.id) })),
    open: (path, how) => opened(folder.open(path, how)),
    create: (path, how, permissions) => opened(folder.create(path, how, permissions)),
    makeFolder: (path, permissions) => folder.makeFolder(path, permissions),
    makeLink: (path, target) => folder.makeLink(path, target),
    readLink: (path) => folder.readLink(path),
    link: (from, to) => folder.link(from, to),
    remove: (path, isFolder) => folder.remove(path, isFolder),
    rename: (from, to) => folder.rename(from, to),
    setPermissions: (path, permissions) => folder.setPermissions(path, permissions),
    setTimes: (path, atime, mtime) => folder.setTimes(path, atime, mtime),
    setSize: (path, size) => folder.setSize(path, size),
    space: () => ({ blockSize: BLOCK, blocks: 2n ** 20n, free: 2n ** 19n, files: 2n ** 20n, filesFree: 2n ** 19n }),
  };
}
