/**
 * An empty ext4 file system (kernel documentation, "ext4 Data Structures and Algorithms"), as the few blocks of it that are not zero: a file
 * that holds them is sparse. Blocks of 4 KiB, inodes of 256 bytes, a journal, extents, no checksums: any kernel with ext4 takes it.
 */
import { InputError } from '../abi/errors.ts';

const BLOCK = 4096;
const BLOCKS_PER_GROUP = 32_768;
const INODES_PER_GROUP = 8192;
const INODE = 256;
const TABLE_BLOCKS = (INODES_PER_GROUP * INODE) / BLOCK;
const DESCRIPTOR = 32;
const JOURNAL_BLOCKS = 4096;
const EXTRA = 32;
/** Bytes of one group: sizes are multiples of it. */
export const EXT4_GROUP = BLOCKS_PER_GROUP * BLOCK;
/** Descriptors of this many groups take 32 blocks. */
const MOST_GROUPS = 4096;

const ROOT = 2;
const JOURNAL = 8;
/** Inodes 1 to 10 are reserved. */
const LOST_AND_FOUND = 11;
const COMPATIBLE = { hasJournal: 4, attributes: 8, indexedFolders: 0x20 };
const INCOMPATIBLE = { fileTypes: 2, extents: 0x40 };
const READ_ONLY_COMPATIBLE = { sparseSuper: 1, largeFiles: 2, hugeFiles: 8, folderLinks: 0x20, extraInodeSize: 0x40 };
const all = (features: Readonly<Record<string, number>>): number => Object.values(features).reduce((a, b) => a | b, 0);

export interface Ext4Options {
  /** Bytes, a multiple of EXT4_GROUP. */
  readonly size: number;
  /** 16 bytes that tell it from others. */
  readonly uuid: Uint8Array;
  /** Seconds since 1970. */
  readonly time: number;
}

/** Some blocks and where they begin, in bytes. */
export interface Ext4Part {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Groups with a copy of superblock and descriptors: 0, 1 and powers of 3, 5 and 7. */
function hasSuper(group: number): boolean {
  if (group <= 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

const fill = (bytes: Uint8Array, from: number, to: number): void => {
  for (let bit = from; bit < to; bit++) bytes[bit >> 3]! |= 1 << (bit & 7);
};

/** The 60 bytes of an inode that say which blocks it has: one run. */
function extent(start: number, length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(60));
  view.setUint16(0, 0xf30a, true);
  view.setUint16(2, 1, true);
  view.setUint16(4, 4, true);
  view.setUint16(16, length, true);
  view.setUint32(20, start, true);
  return new Uint8Array(view.buffer);
}

function inode(mode: number, links: number, start: number, blocks: number, time: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(INODE));
  view.setUint16(0, mode, true);
  view.setUint32(4, blocks * BLOCK, true);
  for (const at of [8, 12, 16, 144]) view.setUint32(at, time, true);
  view.setUint16(26, links, true);
  view.setUint32(28, (blocks * BLOCK) / 512, true);
  view.setUint32(32, 0x80000, true);
  view.setUint16(128, EXTRA, true);
  const bytes = new Uint8Array(view.buffer);
  bytes.set(extent(start, blocks), 40);
  return bytes;
}

/** One block of a folder; the last entry takes what is left. */
function folder(entries: readonly (readonly [name: string, inode: number])[]): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const view = new DataView(bytes.buffer);
  let at = 0;
  entries.forEach(([name, number], i) => {
    const length = i === entries.length - 1 ? BLOCK - at : (8 + name.length + 3) & ~3;
    view.setUint32(at, number, true);
    view.setUint16(at + 4, length, true);
    bytes[at + 6] = name.length;
    bytes[at + 7] = 2;
    bytes.set(new TextEncoder().encode(name), at + 8);
    at += length;
  });
  return bytes;
}

/** The journal's own superblock (jbd2), big-endian: nothing to be replayed. */
function journalSuper(uuid: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK);
  const view = new DataView(bytes.buffer);
  const words = [0xc03b3998, 4, 0, BLOCK, JOURNAL_BLOCKS, 1, 1];
  words.forEach((word, i) => {
    view.setUint32(4 * i, word);
  });
  bytes.set(uuid, 48);
  view.setUint32(64, 1);
  return bytes;
}

interface Layout {
  readonly groups: number;
  readonly descriptorBlocks: number;
  /** Blocks of a group before its first block of data. */
  readonly overhead: (group: number) => number;
  /** Blocks of group 0 in use beyond that: two folders and the journal. */
  readonly used: number;
}

function superblock({ groups, overhead, used }: Layout, { uuid, time }: Ext4Options, group: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(1024));
  const bytes = new Uint8Array(view.buffer);
  const blocks = groups * BLOCKS_PER_GROUP;
  let taken = used;
  for (let g = 0; g < groups; g++) taken += overhead(g);
  const words: readonly (readonly [at: number, value: number])[] = [
    [0, groups * INODES_PER_GROUP],
    [4, blocks],
    [12, blocks - taken],
    [16, groups * INODES_PER_GROUP - LOST_AND_FOUND],
    [24, 2],
    [28, 2],
    [32, BLOCKS_PER_GROUP],
    [36, BLOCKS_PER_GROUP],
    [40, INODES_PER_GROUP],
    [48, time],
    [64, time],
    [76, 1],
    [84, LOST_AND_FOUND],
    [92, all(COMPATIBLE)],
    [96, all(INCOMPATIBLE)],
    [100, all(READ_ONLY_COMPATIBLE)],
    [224, JOURNAL],
    [256, 0xc],
    [264, time],
    [352, 2],
  ];
  for (const [at, value] of words) view.setUint32(at, value, true);
  const halves: readonly (readonly [at: number, value: number])[] = [
    [54, 0xffff],
    [56, 0xef53],
    [58, 1],
    [60, 1],
    [88, INODE],
    [90, group],
    [348, EXTRA],
    [350, EXTRA],
  ];
  for (const [at, value] of halves) view.setUint16(at, value, true);
  bytes.set(uuid, 104);
  // The seed of hashes of names is as good as any when it is the file system's own.
  bytes.set(uuid, 236);
  bytes[252] = 1;
  return bytes;
}

/** The parts of an empty file system that are not zero, in ascending order. */
export function* emptyExt4(options: Ext4Options): Generator<Ext4Part> {
  const { size, uuid, time } = options;
  const groups = size / EXT4_GROUP;
  if (!Number.isInteger(groups) || groups < 1 || groups > MOST_GROUPS) {
    throw new InputError(`a disk of ${size} bytes cannot be made`, 'Give a multiple of 128 MiB, at most 512 GiB.');
  }
  const descriptorBlocks = Math.ceil((groups * DESCRIPTOR) / BLOCK);
  const overhead = (group: number): number => (hasSuper(group) ? 1 + descriptorBlocks : 0) + 2 + TABLE_BLOCKS;
  const layout: Layout = { groups, descriptorBlocks, overhead, used: 2 + JOURNAL_BLOCKS };
  const descriptors = new Uint8Array(descriptorBlocks * BLOCK);
  const view = new DataView(descriptors.buffer);
  const bitmapOf = (group: number): number => group * BLOCKS_PER_GROUP + (hasSuper(group) ? 1 + descriptorBlocks : 0);
  const usedIn = (group: number): number => overhead(group) + (group === 0 ? layout.used : 0);
  for (let group = 0; group < groups; group++) {
    const at = group * DESCRIPTOR;
    view.setUint32(at, bitmapOf(group), true);
    view.setUint32(at + 4, bitmapOf(group) + 1, true);
    view.setUint32(at + 8, bitmapOf(group) + 2, true);
    view.setUint16(at + 12, BLOCKS_PER_GROUP - usedIn(group), true);
    view.setUint16(at + 14, INODES_PER_GROUP - (group === 0 ? LOST_AND_FOUND : 0), true);
    view.setUint16(at + 16, group === 0 ? 2 : 0, true);
  }
  const rootAt = overhead(0);
  for (let group = 0; group < groups; group++) {
    const start = group * BLOCKS_PER_GROUP * BLOCK;
    if (hasSuper(group)) {
      // The first 1024 bytes are a boot loader's.
      yield { at: start + (group === 0 ? 1024 : 0), bytes: superblock(layout, options, group) };
      yield { at: start + BLOCK, bytes: descriptors };
    }
    const bitmaps = new Uint8Array(2 * BLOCK);
    fill(bitmaps.subarray(0, BLOCK), 0, usedIn(group));
    const inodes = bitmaps.subarray(BLOCK);
    if (group === 0) fill(inodes, 0, LOST_AND_FOUND);
    inodes.fill(0xff, INODES_PER_GROUP / 8);
    yield { at: bitmapOf(group) * BLOCK, bytes: bitmaps };
    if (group > 0) continue;
    const table = new Uint8Array(LOST_AND_FOUND * INODE);
    table.set(inode(0o040755, 3, rootAt, 1, time), (ROOT - 1) * INODE);
    table.set(inode(0o100600, 1, rootAt + 2, JOURNAL_BLOCKS, time), (JOURNAL - 1) * INODE);
    table.set(inode(0o040700, 2, rootAt + 1, 1, time), (LOST_AND_FOUND - 1) * INODE);
    yield { at: (bitmapOf(0) + 2) * BLOCK, bytes: table };
    yield {
      at: rootAt * BLOCK,
      bytes: folder([
        ['.', ROOT],
        ['..', ROOT],
        ['lost+found', LOST_AND_FOUND],
      ]),
    };
    yield {
      at: (rootAt + 1) * BLOCK,
      bytes: folder([
        ['.', LOST_AND_FOUND],
        ['..', ROOT],
      ]),
    };
    yield { at: (rootAt + 2) * BLOCK, bytes: journalSuper(uuid) };
  }
}
