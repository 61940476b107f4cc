/** Prints assembly/generated/interpret.ts: the interpreter's switch, once counting data accesses and once not. */
import { PRIMITIVES } from '../primitives.ts';
import { isFloat } from '../traits.ts';
import { linesOf, PC, pairLines, RARE, rareLines } from './body.ts';
import { CASES, type Case, OP_HALT, OP_NOT_DECODED, OP_PAGE_END, OP_TRANSLATED } from './ops.ts';
import { PAIRS } from './pairs.ts';

/** Doubles that programs compute with all the time. */
const COMMON_FLOATS: ReadonlySet<string> = new Set(['fld', 'fsd', 'fadd.d', 'fsub.d', 'fmul.d', 'fmadd.d']);
const RARE_KINDS: ReadonlySet<string> = new Set(['amo', 'casPair', 'loadReserved', 'storeConditional']);

const isRare = ({ row, id, effect }: Case): boolean =>
  RARE_KINDS.has(effect.kind) || (isFloat(row) && !COMMON_FLOATS.has(id));

const nameOf = ({ id, length, reach }: Case): string =>
  `${id}${length === 2 ? ' (16 bits)' : ''}${reach === 'far' ? ', out of the page' : ''}`;

function printCase(op: number, note: string, lines: readonly string[]): string {
  return [`      case ${op}: { // ${note}`, ...lines.map((text) => `        ${text}`), '      }'].join('\n');
}

const common = CASES.filter((c) => !isRare(c));

function printCases(counting: boolean): string {
  return [
    ...common.map((c) => printCase(c.op, nameOf(c), linesOf(c, counting))),
    ...PAIRS.map(({ op, first, second }) =>
      printCase(op, `${nameOf(first)}, ${nameOf(second)}`, pairLines(first, second, counting)),
    ),
  ].join('\n');
}

/** What hardly runs is a function of its own: V8 gives one beyond some 50 KB to a cheaper register allocator, which costs a fifth of the speed. */
function printRare(): string {
  return `/**
 * Does the instruction of the record at \`ip\`, with \`n\` left behind it. Returns the record that is next, and in the low bits whether it did
 * not retire (${RARE.trapped}), whether the run ends behind it (${RARE.off}), and whether it made a data access (${RARE.counted}).
 */
function rare(ip: u32, n: i64): u32 {
  switch (<u32>load<u16>(ip)) {
${CASES.filter(isRare)
  .map((c) => printCase(c.op, nameOf(c), rareLines(c)).replaceAll(/^ {2}/gm, ''))
  .join('\n')}
    default: {
      if (load<u16>(ip) & ${OP_HALT}) halt();
      else illegal(ip);
      return ip + ${RARE.trapped};
    }
  }
}
`;
}

/** The last case ends in a `break` that no condition guards: asc takes what is behind the switch for out of reach else. */
function printFunction(name: string, counting: boolean): string {
  const leave = counting ? 'leave(n, data)' : 'n';
  return `export function ${name}(n0: i64): i64 {
  let n = n0;${counting ? '\n  let data: u64 = 0;' : ''}
  let ip: u32 = enter();
  if (ip == 0) return n;
  let delta = load<u64>(0, DELTA);
  while (true) {
    n--;
    switch (<u32>load<u16>(ip)) {
      case ${OP_NOT_DECODED}: {
        n++;
        ip = decodeAt(ip);
        delta = load<u64>(0, DELTA);
        if (load<u32>(0, STOP)) break;
        continue;
      }
      case ${OP_PAGE_END}: {
        n++;
        if (n <= 0) break;
        ip = fetch(${PC});
        if (ip == 0) return ${leave};
        delta = load<u64>(0, DELTA);
        continue;
      }
      case ${OP_TRANSLATED}: {
        n = callTranslated(ip, ${PC}, n + 1);
        const left = load<u32>(0, JIT_LEFT_BY) & LEFT_MASK;
        if (left == LEFT_OFF) return ${leave};
        if (left == LEFT_FOR) {
          ip = fetch(load<u64>(0, PC));
          if (ip == 0) return ${leave};
          delta = load<u64>(0, DELTA);
          continue;
        }
        ip = recordHere();
        delta = load<u64>(0, DELTA);
        continue;
      }
${printCases(counting)}
      default: {
        const next = rare(ip, n);
        ip = next & ~${RARE.trapped | RARE.off | RARE.counted};${counting ? `\n        if (next & ${RARE.counted}) data++;` : ''}
        if (!(next & ${RARE.trapped | RARE.off})) continue;
        if (next & ${RARE.trapped}) n++;
        break;
      }
    }
    break;
  }
  store<u64>(0, ${PC}, PC);
  return ${leave};
}
`;
}

/** Names the printed code calls, by file; only those it does call are imported. */
const IMPORTS: readonly (readonly [file: string, names: readonly string[]])[] = [
  ['../cpu/access', ['slowLoad', 'slowStore', 'amoAddress', 'loadReserved', 'storeConditional']],
  [
    '../cpu/arithmetic',
    Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name as keyof typeof PRIMITIVES].home === 'integer'),
  ],
  ['../cpu/fetch', ['decodeAt', 'enter', 'fetch']],
  [
    '../cpu/system',
    [
      'sysCbo',
      'sysCsr',
      'sysEbreak',
      'sysEcall',
      'sysFenceI',
      'sysHint',
      'sysMret',
      'sysSfence',
      'sysSfenceOrder',
      'sysSret',
      'sysWfi',
    ],
  ],
  ['../cpu/raise', ['halt', 'raise']],
  ['../cpu/translated', ['LEFT_FOR', 'LEFT_MASK', 'LEFT_OFF', 'callTranslated', 'recordHere']],
  [
    '../fpu/index',
    Object.keys(PRIMITIVES).filter((name) => PRIMITIVES[name as keyof typeof PRIMITIVES].home === 'fpu'),
  ],
  [
    './layout',
    [
      'AFTER_SYSTEM',
      'BUDGET',
      'DATA_ACCESSES',
      'DATA_TLB_MASK',
      'DELTA',
      'F',
      'FFLAGS',
      'FP_DIRTY',
      'FP_OFF',
      'FRM',
      'JIT_LEFT_BY',
      'PC',
      'STOP',
      'TLB_READ',
      'TLB_WRITE',
      'TVAL',
      'X',
    ],
  ],
];

const HELPERS = `/** Leaves with PC already written. */
function leave(n: i64, data: u64): i64 {
  store<u64>(0, load<u64>(0, DATA_ACCESSES) + data, DATA_ACCESSES);
  return n;
}

/** Puts what the loop keeps in locals where the hart finds it; TVAL holds the instruction, should it be illegal. */
function suspend(ip: u32, pc: u64, n: i64, data: u64): void {
  store<u64>(0, pc, PC);
  store<i64>(0, n, BUDGET);
  store<u64>(0, <u64>load<u32>(ip, 12), TVAL);
  store<u64>(0, load<u64>(0, DATA_ACCESSES) + data, DATA_ACCESSES);
}

/** The record to go on with after the hart has acted, or 0 to leave. */
function resume(): u32 {
  if (load<u32>(0, STOP) != 0 || load<i64>(0, BUDGET) <= 0) {
    store<u32>(0, 1, AFTER_SYSTEM);
    return 0;
  }
  return fetch(load<u64>(0, PC));
}

/** Raises the exception of the record's instruction. */
function illegal(ip: u32): void {
  raise(2, <u64>load<u32>(ip, 12));
}
`;

/** The whole file. */
export function printInterpreter(): string {
  const body = [
    HELPERS,
    printRare(),
    '/** Runs until n0 instructions have retired (a block may go over), or STOP is set. Returns what is left of n0. */',
    printFunction('interpret', true),
    '/** The same without counting data accesses. */',
    printFunction('interpretPlain', false),
  ].join('\n');
  const imports = IMPORTS.map(([file, names]) => {
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(body)).sort();
    return used.length ? `import { ${used.join(', ')} } from '${file}';` : '';
  }).filter(Boolean);
  return `// Generated from src/isa by \`npm run generate\`. Do not edit.\n${imports.join('\n')}\n\n${body}`;
}
