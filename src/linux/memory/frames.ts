/** The frames of the machine: who holds how many references to each, and the free ones. */
import { PAGE, type UserMachine } from '../machine.ts';

/** What memory is used for: by programs of their own, for files in memory, or for pages of other files. */
export type MemoryKind = 'anon' | 'shmem' | 'file';

/** Who is charged for frames: the memory controller of a control group. */
export interface MemoryOwner {
  /** Books `pages` (negative: gives them back). False: the limit is reached, and nothing was booked. */
  charge(pages: number, kind?: MemoryKind): boolean;
}

export class Frames {
  private readonly machine: UserMachine;
  private readonly refs: Int32Array;
  /** Frames that were used before, and so have to be cleared. */
  private readonly free: number[] = [];
  /** Frames from here on were never used: they are zero. Frame 0 is nobody's, so that 0 can mean none. */
  private next = 1;
  private readonly owners = new Map<number, MemoryOwner>();
  /** 1: the frame is charged as a page of a file. */
  private readonly ofFile: Uint8Array;
  used = 0;
  /** Called where none is left for an owner; whether there may be one now. */
  makeRoom: (owner: MemoryOwner | null) => boolean = () => false;

  constructor(machine: UserMachine) {
    this.machine = machine;
    this.refs = new Int32Array(machine.frames);
    this.ofFile = new Uint8Array(machine.frames);
  }

  get total(): number {
    return this.machine.frames;
  }

  /** Linear address of a frame. */
  at(frame: number): number {
    return this.machine.ram + frame * PAGE;
  }

  /** Bytes of a frame, to read or to fill; `wrote` has to follow a write where programs may execute it. */
  bytes(frame: number): Uint8Array {
    const at = this.at(frame);
    return this.machine.bytes.subarray(at, at + PAGE);
  }

  /** A zeroed frame with one reference, or 0: none is left, or the owner's limit is reached, and nothing can be taken back. */
  alloc(owner: MemoryOwner | null = null, kind: MemoryKind = 'anon'): number {
    return this.take(owner, kind) || (this.makeRoom(owner) ? this.take(owner, kind) : 0);
  }

  private take(owner: MemoryOwner | null, kind: MemoryKind): number {
    if (this.free.length === 0 && this.next >= this.machine.frames) return 0;
    if (owner && !owner.charge(1, kind)) return 0;
    let frame = this.free.pop();
    if (frame === undefined) frame = this.next++;
    else {
      this.bytes(frame).fill(0);
      this.machine.wrote(frame);
    }
    this.refs[frame] = 1;
    this.used++;
    if (owner) this.owners.set(frame, owner);
    if (kind === 'file') this.ofFile[frame] = 1;
    return frame;
  }

  /** How many frames can still be had. */
  get available(): number {
    return this.free.length + this.machine.frames - this.next;
  }

  hold(frame: number): void {
    this.refs[frame]!++;
  }

  count(frame: number): number {
    return this.refs[frame]!;
  }

  release(frame: number): void {
    if (--this.refs[frame]! > 0) return;
    this.used--;
    this.free.push(frame);
    const kind = this.ofFile[frame] ? 'file' : 'anon';
    if (kind === 'file') this.ofFile[frame] = 0;
    const owner = this.owners.get(frame);
    if (!owner) return;
    this.owners.delete(frame);
    owner.charge(-1, kind);
  }

  /** Who is charged for a frame. */
  ownerOf(frame: number): MemoryOwner | null {
    return this.owners.get(frame) ?? null;
  }
}
