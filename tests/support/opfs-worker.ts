/** Runs in a browser's worker: a disk in the origin-private file system, written, flushed, closed, opened again. */
import { FileDisk } from '../../src/devices/block/disk.ts';
import { openOpfsFile } from '../../src/devices/block/opfs.ts';

const SIZE = 1 << 20;

async function run(): Promise<Record<string, unknown>> {
  const file = await openOpfsFile('disks/test.img');
  file.truncate(SIZE);
  const disk = new FileDisk(file);
  disk.write(
    4096,
    Uint8Array.from({ length: 5000 }, (_, i) => i % 251),
  );
  disk.zero(5120, 512);
  disk.flush();
  const busy = await openOpfsFile('disks/test.img').then(
    () => 'opened twice',
    (error: Error) => error.name,
  );
  file.close();
  const again = await openOpfsFile('/disks/test.img');
  const bytes = new Uint8Array(6000);
  new FileDisk(again).read(4096, bytes);
  const size = again.getSize();
  again.close();
  return { busy, size, bytes: [...bytes] };
}

run().then(
  (result) => postMessage(result),
  (error) => postMessage({ error: String(error) }),
);
