/** GNU as and objdump for RISC-V, where they are installed: another opinion on every encoding. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIXES = ['riscv64-linux-gnu-', 'riscv64-unknown-elf-', 'riscv64-unknown-linux-gnu-'];

/** Extensions binutils 2.40 knows; Zicond came with 2.41. */
const ARCH = 'rv64imafdc_zicsr_zifencei_zba_zbb_zbc_zbs_zbkb_zbkx_zicbom_zicboz_zicbop_zawrs_zihintpause_svinval_zfh';

const runs = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
const prefix = PREFIXES.find((p) => runs(`${p}as`) && runs(`${p}objdump`));

export const hasBinutils = prefix !== undefined;
export const NO_BINUTILS = 'no GNU binutils for RISC-V are installed';

/** What objdump says to each word, standing one after the other from address 0; 16-bit words take two bytes. */
export function objdump(words: readonly number[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'trapframe-objdump-'));
  try {
    const source = join(folder, 'words.s');
    const object = join(folder, 'words.o');
    const insn = (word: number) => `.insn ${(word & 3) === 3 ? 4 : 2}, 0x${word.toString(16)}`;
    writeFileSync(source, `${words.map(insn).join('\n')}\n`);
    const assembled = spawnSync(`${prefix}as`, [`-march=${ARCH}`, '-o', object, source], { encoding: 'utf8' });
    if (assembled.status !== 0) throw new Error(assembled.stderr);
    const dumped = spawnSync(`${prefix}objdump`, ['-d', object], { encoding: 'utf8', maxBuffer: 1 << 28 });
    if (dumped.status !== 0) throw new Error(dumped.stderr);
    const lines = dumped.stdout.split('\n').flatMap((line) => {
      const found = /^\s*[0-9a-f]+:\s+[0-9a-f]+\s+(.*)$/.exec(line);
      return found
        ? [
            found[1]!
              .replace(/\s+#.*$/, '')
              .replace(/\s*<.*>$/, '')
              .replaceAll('\t', ' ')
              .trim(),
          ]
        : [];
    });
    if (lines.length !== words.length)
      throw new Error(`objdump printed ${lines.length} of ${words.length} instructions`);
    return lines;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
