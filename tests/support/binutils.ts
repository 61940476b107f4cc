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

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'trapframe-binutils-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Assembles lines to an object file. Throws with the assembler's messages. */
function assembleTo(object: string, folder: string, lines: readonly string[]): void {
  const source = join(folder, 'lines.s');
  writeFileSync(source, `${lines.join('\n')}\n`);
  const assembled = spawnSync(`${prefix}as`, [`-march=${ARCH}`, '-o', object, source], { encoding: 'utf8' });
  if (assembled.status !== 0) throw new Error(assembled.stderr);
}

function dump(object: string): { bits: number; text: string }[] {
  const dumped = spawnSync(`${prefix}objdump`, ['-d', object], { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (dumped.status !== 0) throw new Error(dumped.stderr);
  return dumped.stdout.split('\n').flatMap((line) => {
    const found = /^\s*[0-9a-f]+:\s+([0-9a-f]+)\s+(.*)$/.exec(line);
    if (!found) return [];
    const text = found[2]!
      .replace(/\s+#.*$/, '')
      .replace(/\s*<.*>$/, '')
      .replaceAll('\t', ' ')
      .trim();
    return [{ bits: Number.parseInt(found[1]!, 16), text }];
  });
}

/** What objdump says to each word, standing one after the other from address 0; 16-bit words take two bytes. */
export function objdump(words: readonly number[]): string[] {
  return inFolder((folder) => {
    const object = join(folder, 'words.o');
    assembleTo(
      object,
      folder,
      words.map((word) => `.insn ${(word & 3) === 3 ? 4 : 2}, 0x${word.toString(16)}`),
    );
    const lines = dump(object);
    if (lines.length !== words.length)
      throw new Error(`objdump printed ${lines.length} of ${words.length} instructions`);
    return lines.map(({ text }) => text);
  });
}

/** The words of instructions written as text, never compressed. */
export function assemble(lines: readonly string[]): number[] {
  return inFolder((folder) => {
    const object = join(folder, 'lines.o');
    assembleTo(object, folder, ['.option norvc', ...lines]);
    return dump(object).map(({ bits }) => bits);
  });
}
