/** Extended attributes, as a program sets and reads them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bootLinux, installFile, runLinux } from '../support/linux.ts';
import { buildPrograms } from '../support/linux-programs.ts';

it('attributes are set, read, listed and removed as xattr(7) says', async () => {
  const built = await buildPrograms(['attributes']);
  const host = await bootLinux();
  installFile(host, '/bin/program', readFileSync(built.get('attributes')!));
  const { output, status } = await runLinux(host, { argv: ['/bin/program'] });
  expect(status).toBe(0);
  expect(
    output
      .trim()
      .split('\n')
      .map((line) => line.slice(line.lastIndexOf(' = ') + 3)),
  ).toEqual([
    'No data available',
    'No data available',
    '0',
    'File exists',
    '0',
    '6',
    'Result not representable',
    '6',
    '0',
    '0',
    '14',
    '0',
    'Operation not permitted',
    '0',
    'Not supported',
    'Argument list too long',
    '0',
    'No data available',
    '7',
    'No such file or directory',
  ]);
}, 600_000);
