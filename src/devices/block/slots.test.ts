import { describe, expect, it } from 'vitest';
import { Overlay } from './overlay.ts';
import { SlotDisk } from './slots.ts';

const SLOT = 1 << 20;

describe('disks in slots', () => {
  it('are each at its own place, and come and go', () => {
    const slots = new SlotDisk(3, SLOT);
    const [a, b] = [new Overlay(8192), new Overlay(SLOT)];
    expect(slots.size).toBe(3 * SLOT);
    slots.put(0, a);
    slots.put(1, b);
    slots.write(4096, Uint8Array.of(1, 2));
    slots.write(SLOT, Uint8Array.of(3));
    const two = new Uint8Array(2);
    a.read(4096, two);
    expect([...two]).toEqual([1, 2]);
    b.read(0, two);
    expect([...two]).toEqual([3, 0]);
    slots.zero(4097, 1);
    slots.read(4096, two);
    expect([...two]).toEqual([1, 0]);
    slots.put(0, null);
    slots.read(4096, two);
    expect([...two]).toEqual([0, 0]);
  });

  it('refuse to write where no disk is', () => {
    const slots = new SlotDisk(2, SLOT);
    slots.put(1, new Overlay(8192));
    expect(() => slots.write(0, new Uint8Array(512))).toThrow('no disk');
    expect(() => slots.write(SLOT + 8192 - 256, new Uint8Array(512))).toThrow('no disk');
    expect(() => slots.discard(SLOT + 8192, 512)).toThrow('no disk');
    expect(() => slots.put(0, new Overlay(SLOT + 512))).toThrow('larger');
    const read = new Uint8Array(512).fill(7);
    slots.read(SLOT + 8192, read);
    expect(read.every((byte) => byte === 0)).toBe(true);
  });
});
