/** Prints every file that comes from the tables of src/isa and src/abi. Run from the repository's root. */
import { writeFileSync } from 'node:fs';
import { GENERATED } from './files.ts';

for (const { path, print } of GENERATED) {
  writeFileSync(path, print());
  process.stdout.write(`${path}\n`);
}
