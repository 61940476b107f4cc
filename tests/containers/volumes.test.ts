/** Volumes in a folder of archives are written as they change, and no more often than that. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { S } from '../../src/linux/uapi.ts';
import { KeptVolumes } from '../../src/machine/container/kept-volumes.ts';
import { memoryFolder } from '../../src/machine/images/folder.ts';

const OWN = { uid: 0, gid: 0, mode: S.IFREG | 0o644 };

describe('a volume in a folder of archives', () => {
  it('is written while its container runs, whoever ends the host then', async () => {
    const files = new Map<string, Uint8Array>();
    const folder = memoryFolder(files);
    let written = 0;
    const counting = {
      ...folder,
      async draft() {
        written++;
        return folder.draft();
      },
    };
    const volumes = new KeptVolumes({ folder: counting, now: Date.now });
    await volumes.load('data');
    const { fs } = volumes.open('data');
    const inode = fs.root.create('file', OWN);
    const text = (): string => new TextDecoder('latin1').decode(files.get('volumes/data.tar'));
    for (const word of ['first', 'second']) {
      inode.write(0, new TextEncoder().encode(word));
      for (let i = 0; i < 100 && !(files.has('volumes/data.tar') && text().includes(word)); i++) await sleep(20);
      expect(text()).toContain(word);
    }
    const before = written;
    await sleep(700);
    await volumes.save('data');
    expect(written).toBe(before);
    // Another host finds it as it was.
    const other = new KeptVolumes({ folder, now: Date.now });
    await other.load('data');
    const bytes = new Uint8Array(6);
    other.open('data').fs.root.lookup('file')!.read(0, bytes);
    expect(new TextDecoder().decode(bytes)).toBe('second');
    await volumes.remove('data');
    await sleep(600);
    expect(files.size).toBe(0);
    volumes.close();
    other.close();
  });
});
