/** Prints the C and assembler sources that derive from the tables in src/abi. Text only: who writes it is build.ts. */
import {
  AGENT_DISTROS,
  AGENT_FRAMES,
  AGENT_HEADER,
  AGENT_MAGIC,
  AGENT_OPTIONS,
  AGENT_PAYLOAD,
  AGENT_SESSIONS,
  AGENT_VERSION,
  AGENT_WINDOW,
} from '../../src/abi/agent.ts';
import { HINTS, HYPERCALL_BATCH, HYPERCALL_EXTENSION, HYPERCALLS, PARAVIRT_MAGIC } from '../../src/abi/guest.ts';
import type { Workload } from '../../src/abi/workloads.ts';

const define = (name: string, value: number, summary?: string): string =>
  `${summary ? `/* ${summary} */\n` : ''}#define ${name} 0x${value.toString(16)}`;

/** `abi.h`: what a guest and the lab agree on (markers and hypercalls), from src/abi/guest.ts. */
export function printAbiHeader(): string {
  const upper = (id: string) => id.toUpperCase();
  return [
    '/* Printed from src/abi/guest.ts. */',
    '#ifndef ABI_H\n#define ABI_H',
    ...HINTS.map((h) => define(`HINT_${upper(h.id)}`, h.code, h.summary)),
    define('HYPERCALL_EXTENSION', HYPERCALL_EXTENSION),
    define('HYPERCALL_BATCH', HYPERCALL_BATCH),
    define('PARAVIRT_MAGIC', PARAVIRT_MAGIC),
    ...HYPERCALLS.map((h) => define(`HYPERCALL_${upper(h.id)}`, h.code, h.summary)),
    '#endif\n',
  ].join('\n');
}

/** `agent_abi.h`: what the agent in a Linux guest and the host say to each other, from src/abi/agent.ts. */
export function printAgentHeader(): string {
  const upper = (id: string) => id.replaceAll(/[A-Z]/g, '_$&').toUpperCase();
  return [
    '/* Printed from src/abi/agent.ts. */',
    '#ifndef AGENT_ABI_H\n#define AGENT_ABI_H',
    ...Object.entries({
      AGENT_MAGIC,
      AGENT_HEADER,
      AGENT_PAYLOAD,
      AGENT_WINDOW,
      AGENT_SESSIONS,
      AGENT_DISTROS,
      AGENT_VERSION,
    }).map(([name, value]) => define(name, value)),
    ...AGENT_FRAMES.map((f) => define(`FRAME_${upper(f.id)}`, f.code, f.summary)),
    ...Object.entries(AGENT_OPTIONS).map(([id, name]) => `#define OPTION_${upper(id)} "${name}"`),
    '#endif\n',
  ].join('\n');
}

/** `workload_table.h`: what init knows of the workloads, from src/abi/workloads.ts. */
export function printWorkloadTable(workloads: readonly Workload[]): string {
  const rows = workloads.map((w) => {
    const params = w.params.map((p) => `{"${p.name}", ${p.default}ull, ${w.quick[p.name] ?? p.default}ull}`);
    const operations = w.operations === undefined ? -1 : w.params.findIndex((p) => p.name === w.operations);
    return `    {"${w.id}", "${w.program}", ${operations}, ${params.length}, {${params.join(', ')}}},`;
  });
  return [
    '/* Printed from src/abi/workloads.ts. */',
    'static const struct workload workloads[] = {',
    ...rows,
    '};\n',
  ].join('\n');
}

/**
 * `programs.S`: every user program, page aligned so that the kernel can map its read-only pages where they lie, and
 * the table by which the kernel finds them: {name, start, end}. Hashes stand in it because the compiler's cache looks
 * at this text alone, not at the files it includes.
 */
export function printProgramsAssembly(programs: readonly { name: string; file: string; hash: string }[]): string {
  const blobs = programs.map(
    ({ name, file, hash }, i) =>
      `# ${hash}\n.balign 4096\nprogram_${i}:\n.incbin "${file}"\nprogram_${i}_end:\nname_${i}: .asciz "${name}"`,
  );
  const rows = programs.map((_, i) => `.dword name_${i}, program_${i}, program_${i}_end`);
  return [
    '# Printed from src/abi/workloads.ts and the programs of bench/user.',
    '.section .rodata.programs, "a"',
    ...blobs,
    '.balign 4096',
    '.globl program_table, program_table_end',
    'program_table:',
    ...rows,
    'program_table_end:\n',
  ].join('\n');
}
