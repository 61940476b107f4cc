/**
 * The whole differential run: at least ten million random instructions, each on this machine and on QEMU.
 * `node dist/tests/differential/main.js [seed] [programs] [instructions a program] [first program]`
 */
import { NO_QEMU, qemuVersion } from '../support/qemu.ts';
import { compare } from './compare.ts';

const DEFAULT_SEED = 20_261;
const DEFAULT_PROGRAMS = 505;
const DEFAULT_INSTRUCTIONS = 20_000;

const [seed = DEFAULT_SEED, programs = DEFAULT_PROGRAMS, size = DEFAULT_INSTRUCTIONS, first = 0] = process.argv
  .slice(2)
  .map(Number);

if (qemuVersion === null) {
  console.log(`skipped: ${NO_QEMU}`);
} else {
  console.log(`QEMU ${qemuVersion}, seed ${seed}, ${programs} programs of ${size} instructions`);
  const started = performance.now();
  let instructions = 0;
  let traps = 0;
  let different = 0;
  for (let number = first; number < first + programs; number++) {
    const { program, traps: taken, difference } = await compare(seed, number, size);
    instructions += program.instructions;
    traps += taken;
    if (difference !== null) {
      different++;
      console.log(difference);
    }
    if ((number - first) % 25 === 24) console.log(`${number - first + 1} programs, ${instructions} instructions`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${instructions} random instructions, ${traps} traps, ${programs} programs, ${different} with a difference, ${seconds} s`,
  );
  process.exitCode = different > 0 ? 1 : 0;
}
