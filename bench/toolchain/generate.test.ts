import { describe, expect, test } from 'vitest';
import { HINTS, HYPERCALLS } from '../../src/abi/guest.ts';
import type { Workload } from '../../src/abi/workloads.ts';
import { printAbiHeader, printProgramsAssembly, printWorkloadTable } from './generate.ts';

const workload: Workload = {
  id: 'example',
  group: 'micro',
  summary: 'an example',
  params: [
    { name: 'size', default: 7, summary: 'size', unit: 'pages' },
    { name: 'n', default: 1000, summary: 'operations', unit: 'operations' },
  ],
  program: 'micro/example',
  operations: 'n',
  native: false,
  quick: { n: 10 },
};

describe('sources printed from tables', () => {
  test('the header defines every marker and hypercall once, with its code', () => {
    const header = printAbiHeader();
    for (const { id, code } of HINTS)
      expect(header).toContain(`#define HINT_${id.toUpperCase()} 0x${code.toString(16)}\n`);
    for (const { id, code } of HYPERCALLS) {
      expect(header).toContain(`#define HYPERCALL_${id.toUpperCase()} 0x${code.toString(16)}\n`);
    }
    const names = [...header.matchAll(/#define (\w+) /g)].map((match) => match[1]);
    expect(new Set(names).size).toBe(names.length);
  });

  test('a workload becomes id, program, index of its operations, and defaults beside quick values', () => {
    const row = '{"example", "micro/example", 1, 2, {{"size", 7ull, 7ull}, {"n", 1000ull, 10ull}}},';
    expect(printWorkloadTable([workload])).toContain(row);
    const { operations: _, ...uncounted } = workload;
    expect(printWorkloadTable([uncounted])).toContain('"micro/example", -1, 2');
  });

  test('a program changes the assembly when its bytes change, because compilers look at the text alone', () => {
    const text = (hash: string) => printProgramsAssembly([{ name: 'init', file: 'build/init', hash }]);
    expect(text('aa')).not.toBe(text('bb'));
    expect(text('aa')).toContain('.incbin "build/init"');
    expect(text('aa')).toContain('.dword name_0, program_0, program_0_end');
  });
});
