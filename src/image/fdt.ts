/** Flattened device trees (Devicetree Specification 0.4, chapter 5): a small writer. */

import type { Property, TreeNode } from '../abi/device-tree.ts';

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const END = 9;
const MAGIC = 0xd00dfeed;
const HEADER = 40;
const RESERVATIONS = 16;

class Writer {
  readonly bytes: number[] = [];

  u32(value: number): void {
    this.bytes.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
  }

  data(bytes: Iterable<number>): void {
    this.bytes.push(...bytes);
    while (this.bytes.length % 4) this.bytes.push(0);
  }
}

const text = (s: string): number[] => [...new TextEncoder().encode(s), 0];

function encode(value: Property): number[] {
  if (value === true) return [];
  if (typeof value === 'string') return text(value);
  const cells = new Writer();
  for (const item of value) {
    if (typeof item === 'string') cells.bytes.push(...text(item));
    else cells.u32(item);
  }
  return cells.bytes;
}

/** Serializes a tree; the root's name is empty. */
export function writeTree(root: TreeNode): Uint8Array {
  const structure = new Writer();
  const strings: number[] = [];
  const names = new Map<string, number>();
  const nameAt = (name: string): number => {
    let at = names.get(name);
    if (at === undefined) {
      at = strings.length;
      names.set(name, at);
      strings.push(...text(name));
    }
    return at;
  };
  const node = ({ name, properties = {}, children = [] }: TreeNode): void => {
    structure.u32(BEGIN_NODE);
    structure.data(text(name));
    for (const [key, value] of Object.entries(properties)) {
      const bytes = encode(value);
      structure.u32(PROP);
      structure.u32(bytes.length);
      structure.u32(nameAt(key));
      structure.data(bytes);
    }
    for (const child of children) node(child);
    structure.u32(END_NODE);
  };
  node(root);
  structure.u32(END);

  const structureAt = HEADER + RESERVATIONS;
  const stringsAt = structureAt + structure.bytes.length;
  const out = new Writer();
  const fields = [
    MAGIC,
    stringsAt + strings.length,
    structureAt,
    stringsAt,
    HEADER,
    17,
    16,
    0,
    strings.length,
    structure.bytes.length,
  ];
  for (const field of fields) out.u32(field);
  for (let i = 0; i < RESERVATIONS; i++) out.bytes.push(0);
  return Uint8Array.from([...out.bytes, ...structure.bytes, ...strings]);
}
