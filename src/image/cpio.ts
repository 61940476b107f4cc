/** cpio archives in the "newc" format, as the Linux kernel unpacks into its initial root (initramfs buffer format). */

export interface CpioEntry {
  /** Path without a leading slash. */
  readonly path: string;
  /** File type and permission bits, as in st_mode. */
  readonly mode: number;
  readonly content?: Uint8Array;
  /** Major and minor number of a device node. */
  readonly device?: readonly [number, number];
}

/** File types of st_mode. */
export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;
export const S_IFLNK = 0o120000;
export const S_IFCHR = 0o020000;

const MAGIC = '070701';
const TRAILER = 'TRAILER!!!';
const HEADER = 110;

const utf8 = new TextEncoder();

const padded = (n: number): number => (n + 3) & ~3;

export const directory = (path: string, mode = 0o755): CpioEntry => ({ path, mode: S_IFDIR | mode });

export const file = (path: string, content: Uint8Array | string, mode = 0o644): CpioEntry => ({
  path,
  mode: S_IFREG | mode,
  content: typeof content === 'string' ? utf8.encode(content) : content,
});

export const link = (path: string, target: string): CpioEntry => ({
  path,
  mode: S_IFLNK | 0o777,
  content: utf8.encode(target),
});

export const characterDevice = (path: string, major: number, minor: number, mode = 0o600): CpioEntry => ({
  path,
  mode: S_IFCHR | mode,
  device: [major, minor],
});

/** One archive of these entries, in their order: a directory has to stand before what it holds. Equal entries give equal bytes. */
export function writeCpio(entries: readonly CpioEntry[]): Uint8Array {
  const all = [...entries, { path: TRAILER, mode: 0 }];
  const names = all.map((e) => utf8.encode(`${e.path}\0`));
  const none = new Uint8Array();
  const content = (e: CpioEntry): Uint8Array => e.content ?? none;
  const size = all.reduce((sum, e, i) => sum + padded(HEADER + names[i]!.length) + padded(content(e).length), 0);
  const out = new Uint8Array(size);
  let at = 0;
  all.forEach((entry: CpioEntry, i) => {
    const name = names[i]!;
    const bytes = content(entry);
    const [major, minor] = entry.device ?? [0, 0];
    const links = (entry.mode & 0o170000) === S_IFDIR ? 2 : 1;
    // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
    const fields = [i + 1, entry.mode, 0, 0, links, 0, bytes.length, 0, 0, major, minor, name.length, 0];
    const header = MAGIC + fields.map((f) => f.toString(16).padStart(8, '0')).join('');
    out.set(utf8.encode(header), at);
    out.set(name, at + HEADER);
    at += padded(HEADER + name.length);
    out.set(bytes, at);
    at += padded(bytes.length);
  });
  return out;
}
