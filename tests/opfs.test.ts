/** Disks in the browser's origin-private file system, in a real Chromium. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from './support/browser.ts';
import { WorkerPage } from './support/page.ts';

describe.skipIf(!CHROMIUM)('disks in the origin-private file system', () => {
  const page = new WorkerPage();
  beforeAll(() => page.open('tests/support/opfs-worker.ts'));
  afterAll(() => page.close());

  it('hold what was written and flushed, are opened by one at a time, and are there again', async () => {
    const bytes = Array.from({ length: 6000 }, (_, i) => (i < 5000 ? i % 251 : 0));
    bytes.fill(0, 1024, 1536);
    expect(await page.run()).toEqual({ busy: 'NoModificationAllowedError', size: 1 << 20, bytes });
  });
});
