/** /proc/pid/mem: the memory of a process as a file, for who may trace it (proc(5)). */
import { E, fail, SysError } from '../errno.ts';
import type { AddressSpace } from '../memory/space.ts';
import { peek, poke } from '../memory/user.ts';
import { FileKind, type OpenFile } from '../vfs/file.ts';

const PAGE = 4096;

export class MemoryKind extends FileKind {
  override readonly seekable = true;
  private readonly space: AddressSpace;

  /** `demand` fails where the opener may not look in. */
  constructor(space: AddressSpace, demand: () => void) {
    super();
    demand();
    this.space = space;
  }

  /** Goes along a range by pages, as far as there is memory. */
  private along(position: number, length: number, visit: (at: number, n: number, done: number) => void): number {
    let done = 0;
    try {
      while (done < length) {
        const n = Math.min(length - done, PAGE - ((position + done) % PAGE));
        visit(position + done, n, done);
        done += n;
      }
    } catch (e) {
      if (!(e instanceof SysError)) throw e;
      if (done === 0) fail(E.IO);
    }
    return done;
  }

  override readAt(_file: OpenFile, position: number, into: Uint8Array): number {
    // Its address space was left for another program's.
    if (this.space.users <= 0) return 0;
    return this.along(position, into.length, (at, n, done) => into.set(peek(this.space, at, n), done));
  }

  override writeAt(_file: OpenFile, position: number, from: Uint8Array): number {
    if (this.space.users <= 0) return 0;
    return this.along(position, from.length, (at, n, done) => poke(this.space, at, from.subarray(done, done + n)));
  }

  override read(file: OpenFile, into: Uint8Array): number {
    const n = this.readAt(file, file.position, into);
    file.position += n;
    return n;
  }

  override write(file: OpenFile, from: Uint8Array): number {
    const n = this.writeAt(file, file.position, from);
    file.position += n;
    return n;
  }
}
