import { describe, expect, it } from 'vitest';
import { appletsOf, buildInitramfs } from './initramfs.ts';

const text = (s: string): Uint8Array => new TextEncoder().encode(s);
const names = ['[', '[[', ...Array.from({ length: 60 }, (_, i) => `applet${String(i).padStart(2, '0')}`)];

describe('the applets of a busybox', () => {
  it('are its sorted table of names', () => {
    expect(appletsOf(text(`\x7fELF [\0[[\0 noise \0${names.join('\0')}\0\0more`))).toEqual(names);
  });

  it('are none where there is no table', () => {
    expect(appletsOf(text('nothing of the kind'))).toEqual([]);
    expect(appletsOf(text('[\0[[\0'))).toEqual([]);
  });
});

describe('the initial RAM disk', () => {
  it('holds busybox under all its names, the agent as init, and modules in their order', () => {
    const busybox = text(`x${names.join('\0')}\0\0`);
    const parts = { busybox, agent: text('AGENT'), modules: [{ name: 'b.ko', content: text('B') }] };
    const listing = new TextDecoder('latin1').decode(buildInitramfs(parts));
    for (const path of ['bin/busybox', 'bin/applet59', 'init', 'lib/modules/00-b.ko', 'dev/console']) {
      expect(listing).toContain(`${path}\0`);
    }
    expect(buildInitramfs(parts)).toEqual(buildInitramfs(parts));
  });
});
