import { expect, it } from 'vitest';
import { bytesSource } from '../../image/source.ts';
import { plainFile, writeTar } from '../../image/tar-write.ts';
import { Tmpfs } from '../../linux/vfs/tmpfs.ts';
import { extract } from './extract.ts';

it('leaves a file alone that an archive links to itself', () => {
  const fs = new Tmpfs({ now: () => 0 });
  const file = plainFile('a', bytesSource(new TextEncoder().encode('content')));
  const link = { ...plainFile('a', bytesSource(new Uint8Array())), type: 'hardlink' as const, link: './a' };
  extract(bytesSource(Buffer.concat([...writeTar([file, link])])), 'test', fs.root, 0);
  const made = fs.root.lookup('a')!;
  const bytes = new Uint8Array(made.size);
  made.read(0, bytes);
  expect([made.nlink, new TextDecoder().decode(bytes)]).toEqual([1, 'content']);
});
