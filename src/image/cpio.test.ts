import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { characterDevice, directory, file, link, writeCpio } from './cpio.ts';

const hasCpio = (() => {
  try {
    execFileSync('sh', ['-c', 'cpio --version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('a cpio archive', () => {
  it('has a header of 110 digits an entry, padded to four bytes, and a trailer', () => {
    const bytes = writeCpio([file('a', 'hello', 0o755), characterDevice('console', 5, 1)]);
    const text = new TextDecoder('latin1').decode(bytes);
    expect(bytes.length % 4).toBe(0);
    expect(text.slice(0, 14)).toBe('07070100000001');
    expect(text.slice(14, 22)).toBe('000081ed');
    expect(text.slice(54, 62)).toBe('00000005');
    expect(text.slice(94, 102)).toBe('00000002');
    expect(text.slice(110, 112)).toBe('a\0');
    expect(text.slice(112, 117)).toBe('hello');
    // The next header begins at a multiple of four; its device numbers are the ninth and tenth words behind the mode.
    const second = text.slice(120);
    expect(second.slice(0, 6)).toBe('070701');
    expect(second.slice(14, 22)).toBe('00002180');
    expect(second.slice(78, 94)).toBe('0000000500000001');
    expect(text).toContain('TRAILER!!!\0');
  });

  it.skipIf(!hasCpio)('is what cpio unpacks', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trapframe-cpio-'));
    try {
      const content = Uint8Array.from({ length: 4099 }, (_, i) => i);
      const archive = writeCpio([
        directory('d', 0o750),
        file('d/é', content, 0o640),
        link('l', 'd/é'),
        file('empty', ''),
      ]);
      execFileSync('sh', ['-c', 'cpio -idm --quiet'], { cwd: folder, input: archive });
      expect(new Uint8Array(readFileSync(join(folder, 'd/é')))).toEqual(content);
      expect(statSync(join(folder, 'd/é')).mode & 0o7777).toBe(0o640);
      expect(statSync(join(folder, 'd')).mode & 0o7777).toBe(0o750);
      expect(readlinkSync(join(folder, 'l'))).toBe('d/é');
      expect(statSync(join(folder, 'empty')).size).toBe(0);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
