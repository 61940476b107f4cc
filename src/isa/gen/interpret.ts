/** Prints assembly/generated/interpret.ts: the interpreter's switch, once counting data accesses and once not. */
import { PRIMITIVES } from '../primitives.ts';
import { endsBlock, findLoad, hasRounding, isFloat, raisesFlags, writesFloat } from '../traits.ts';
import type { Effect, Expr, Width } from '../types.ts';
import { printTrees } from './expression.ts';
import { FOLLOWERS } from './followers.ts';
import { CASES, type Case, caseOf, isDirect, OP_HALT, OP_NOT_DECODED, OP_PAGE_END, OP_TRANSLATED } from './ops.ts';

/**
 * Instructions that may follow in the same turn of the loop. Three would gain nothing: V8 gives a function beyond some
 * 50 KB to a cheaper register allocator, which costs a fifth of the speed.
 */
const FOLLOW = 2;

/** Byte offset of each operand in a record. */
const SLOT = { rd: 2, rs1: 4, rs2: 6 } as const;
const PC = 'delta + <u64>(ip >> 3)';
const LEAVE = 'break;';
/** Undoes the count of an instruction that did not retire. */
const NOT_RETIRED = 'n++;';

const LOAD_TYPES: Record<string, string> = {
  '1s': 'i8',
  '1u': 'u8',
  '2s': 'i16',
  '2u': 'u16',
  '4s': 'i32',
  '4u': 'u32',
  '8s': 'u64',
  '8u': 'u64',
};
const lg = (bytes: Width): number => Math.log2(bytes);
/** Bytes a record advances over for an instruction of that length. */
const stride = (c: Case): number => c.length * 8;
const base = (file: 'x' | 'f'): string => (file === 'x' ? 'X' : 'F');

function leaf(e: Expr): string {
  switch (e.kind) {
    case 'reg':
      if (e.operand === 'rs3') return `load<u64>((load<u32>(ip, 12) >> 27) << 3, ${base(e.file)})`;
      // rd of a record may be the sink of x0; the instruction's own bits name the register to read.
      if (e.operand === 'rd') return `load<u64>(((load<u32>(ip, 12) >> 7) & 31) << 3, ${base(e.file)})`;
      return `load<u64>(load<u16>(ip, ${SLOT[e.operand]}), ${base(e.file)})`;
    case 'imm':
      return '<u64><i64>load<i32>(ip, 8)';
    case 'pc':
      return `(${PC})`;
    case 'rm':
      return 'rm';
    case 'old':
      return 'old';
    case 'load':
      return 'value';
    default:
      throw new Error(`${e.kind} is no leaf`);
  }
}
const reader = { leaf };

const setRd = (file: 'x' | 'f', value: string): string =>
  `store<u64>(load<u16>(ip, ${SLOT.rd}), ${value}, ${base(file)});`;

/** The body of one case. `counting`: data accesses are counted. */
class Body {
  readonly lines: string[] = [];
  private readonly c: Case;
  private readonly counting: boolean;
  /** How many instructions of the same turn of the loop came before this one. */
  private readonly depth: number;

  constructor(c: Case, counting: boolean, depth = 0) {
    this.c = c;
    this.counting = counting;
    this.depth = depth;
  }

  print(): string[] {
    const { row, effect } = this.c;
    if (isFloat(row)) this.floatGuard();
    this.effect(effect);
    return this.lines;
  }

  private line(text: string): void {
    this.lines.push(text);
  }

  private get count(): string {
    return this.counting ? 'data++; ' : '';
  }

  private next(): void {
    this.line(`ip += ${stride(this.c)};`);
    for (const follower of this.depth < FOLLOW ? followersOf(this.c) : []) {
      const body = new Body(follower, this.counting, this.depth + 1).print();
      this.line(`if (load<u16>(ip) == ${follower.op}) { // ${follower.id}`);
      this.line('  n--;');
      for (const text of body) this.line(`  ${text}`);
      this.line('}');
    }
    this.line('continue;');
  }

  /** Floating point is illegal while FS is Off or the rounding mode is invalid; frm holds the dynamic one. */
  private floatGuard(): void {
    if (hasRounding(this.c.row)) {
      this.line('let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);');
      this.line(`if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); ${NOT_RETIRED} ${LEAVE} }`);
    } else {
      this.line(`if (load<u8>(0, FP_OFF)) { illegal(ip); ${NOT_RETIRED} ${LEAVE} }`);
    }
  }

  private effect(effect: Effect): void {
    switch (effect.kind) {
      case 'none':
        this.next();
        break;
      case 'write':
        if (findLoad(effect.value)) this.load(effect.file, effect.value);
        else this.write(effect.file, effect.value);
        break;
      case 'store':
        this.store(effect);
        break;
      case 'branch':
        this.branch(effect.condition);
        break;
      case 'jump':
        this.jump(effect);
        break;
      case 'amo':
        this.amo(effect);
        break;
      case 'casPair':
        this.casPair();
        break;
      case 'loadReserved':
      case 'storeConditional':
        this.reservation(effect);
        break;
      case 'csr':
        this.csr(effect);
        break;
      case 'system':
        this.system(effect);
        break;
    }
  }

  private trees(...exprs: Expr[]): string[] {
    const { lets, values } = printTrees(exprs, reader);
    for (const text of lets) this.line(text);
    return values;
  }

  private write(file: 'x' | 'f', value: Expr): void {
    const { effect } = this.c;
    const watch = raisesFlags(effect) && !writesFloat(effect);
    if (watch) this.line('const flags = load<u8>(0, FFLAGS);');
    const [text] = this.trees(value);
    this.line(setRd(file, text!));
    if (file === 'f') this.line('store<u8>(0, 1, FP_DIRTY);');
    if (watch) this.line('if (load<u8>(0, FFLAGS) != flags) store<u8>(0, 1, FP_DIRTY);');
    this.next();
  }

  /** The entry of the fast TLB: `t` is the offset in the page when the tag matches and the access stays inside. */
  private lookUp(address: Expr, tlb: 'TLB_READ' | 'TLB_WRITE'): void {
    const [va] = this.trees(address);
    this.line(`const va: u64 = ${va};`);
    this.line('const e: u32 = <u32>(va >> 7) & DATA_TLB_MASK;');
    this.line(`const t: u64 = va ^ load<u64>(e, ${tlb});`);
  }

  private load(file: 'x' | 'f', tree: Expr): void {
    const { bytes, signed, address } = findLoad(tree)!;
    const type = LOAD_TYPES[`${bytes}${signed ? 's' : 'u'}`]!;
    const dirty = file === 'f' ? ' store<u8>(0, 1, FP_DIRTY);' : '';
    // 'value' stands for the load in the rest of the tree.
    const finish = (value: string): string =>
      tree.kind === 'load'
        ? setRd(file, value)
        : setRd(file, printTrees([tree], { leaf: (e) => (e.kind === 'load' ? value : leaf(e)) }).values[0]!);
    const extended = (text: string): string => (bytes === 8 ? text : `<u64>${signed ? '<i64>' : ''}${text}`);
    this.lookUp(address, 'TLB_READ');
    this.line(`if (t <= ${4096 - bytes}) {`);
    this.line(`  ${finish(extended(`load<${type}>(load<u32>(e, TLB_READ + 8) + <u32>t)`))}`);
    this.line('} else {');
    this.line('  store<i64>(0, n, BUDGET);');
    this.line(`  const value: u64 = slowLoad(va, ${lg(bytes)});`);
    this.line('  const stop = load<u32>(0, STOP);');
    this.line(`  if (stop == 1) { ${NOT_RETIRED} ${LEAVE} }`);
    this.line(`  ${finish(bytes === 8 ? 'value' : `${extended(`<${type}>`)}value`)}`);
    this.line(`  if (stop) {${dirty} ${this.count}ip += ${stride(this.c)}; ${LEAVE} }`);
    this.line('}');
    if (dirty) this.line(dirty.trim());
    if (this.counting) this.line('data++;');
    this.next();
  }

  private store(effect: Extract<Effect, { kind: 'store' }>): void {
    const { bytes } = effect;
    this.lookUp(effect.address, 'TLB_WRITE');
    const [value] = this.trees(effect.value);
    const type = `u${bytes * 8}`;
    this.line(`if (t <= ${4096 - bytes}) {`);
    this.line(`  store<${type}>(load<u32>(e, TLB_WRITE + 8) + <u32>t, <${type}>${value});`);
    this.line('} else {');
    this.line('  store<i64>(0, n, BUDGET);');
    this.line(`  slowStore(va, ${value}, ${lg(bytes)});`);
    this.line('  const stop = load<u32>(0, STOP);');
    this.line(
      `  if (stop) { if (stop == 1) { ${NOT_RETIRED} } else { ${this.count}ip += ${stride(this.c)}; } ${LEAVE} }`,
    );
    this.line('}');
    if (this.counting) this.line('data++;');
    this.next();
  }

  /** Goes to a pc that may well be in the page of this instruction, whose records are then at hand. */
  private transferNear(target: string): void {
    this.line(`if ((${target} ^ (${PC})) < 4096) ip = <u32>(${target} - delta) << 3;`);
    this.line('else {');
    this.line(`  ip = fetch(${target});`);
    this.line(`  if (ip == 0) return ${this.counting ? 'leave(n, data)' : 'n'};`);
    this.line('  delta = load<u64>(0, DELTA);');
    this.line('}');
    this.line(`if (n <= 0) ${LEAVE}`);
    this.line('continue;');
  }

  /** Goes to a pc: a fault in the fetch has left PC and STOP set, the transfer itself has retired. */
  private transfer(target: string): void {
    this.line(`ip = fetch(${target});`);
    this.line(`if (ip == 0) return ${this.counting ? 'leave(n, data)' : 'n'};`);
    this.line('delta = load<u64>(0, DELTA);');
    this.line(`if (n <= 0) ${LEAVE}`);
    this.line('continue;');
  }

  private branch(condition: Expr): void {
    const always = condition.kind === 'const';
    const [test] = always ? [''] : this.trees(condition);
    const step = stride(this.c);
    if (this.c.reach === 'near') {
      this.line(always ? 'ip += load<u32>(ip, 8);' : `if (${test}) ip += load<u32>(ip, 8); else ip += ${step};`);
      this.line(`if (n <= 0) ${LEAVE}`);
      this.line('continue;');
      return;
    }
    if (!always) this.line(`if (!(${test})) { ip += ${step}; if (n <= 0) ${LEAVE} continue; }`);
    this.transfer(`${PC} + <u64><i64>load<i32>(ip, 8)`);
  }

  private jump(effect: Extract<Effect, { kind: 'jump' }>): void {
    const { row, length, reach } = this.c;
    const link = `${PC} + ${length}`;
    if (reach === 'near' && isDirect(row, effect)) {
      this.line(setRd('x', link));
      this.line('ip += load<u32>(ip, 8);');
      this.line(`if (n <= 0) ${LEAVE}`);
      this.line('continue;');
      return;
    }
    const [target] = this.trees(effect.target);
    this.line(`const target: u64 = ${target} & ~1;`);
    if (effect.link) this.line(setRd('x', link));
    if (reach === 'near') this.transferNear('target');
    else this.transfer('target');
  }

  /** After an access through the hart's own functions: STOP is 2 when it also ended the run. */
  private afterAccess(): void {
    this.line(`${this.count}ip += ${stride(this.c)};`);
    this.line(`if (load<u32>(0, STOP)) ${LEAVE}`);
    this.line('continue;');
  }

  private amo(effect: Extract<Effect, { kind: 'amo' }>): void {
    const type = `u${8 * effect.bytes}`;
    this.line(`const a: u32 = amoAddress(load<u64>(load<u16>(ip, ${SLOT.rs1}), X), ${lg(effect.bytes)});`);
    this.line(`if (a == 0) { ${NOT_RETIRED} ${LEAVE} }`);
    this.line(`const old: ${effect.bytes === 8 ? 'u64' : 'u32'} = load<${type}>(a);`);
    const [value] = this.trees(effect.value);
    this.line(`store<${type}>(a, <${type}>${value});`);
    this.line(setRd('x', effect.bytes === 8 ? 'old' : `<u64><i64><i${8 * effect.bytes}>old`));
    this.afterAccess();
  }

  /** Register pairs: that of x0 reads as zero and is not written. */
  private casPair(): void {
    const half = (operand: 'rd' | 'rs2', shift: number): void => {
      this.line(`const ${operand}: u32 = ((load<u32>(ip, 12) >> ${shift}) & 31) << 3;`);
      this.line(`const ${operand}Low = load<u64>(${operand}, X);`);
      this.line(`const ${operand}High: u64 = ${operand} == 0 ? 0 : load<u64>(${operand}, X + 8);`);
    };
    this.line(`const a: u32 = amoAddress(load<u64>(load<u16>(ip, ${SLOT.rs1}), X), 4);`);
    this.line(`if (a == 0) { ${NOT_RETIRED} ${LEAVE} }`);
    half('rd', 7);
    half('rs2', 20);
    this.line('const low = load<u64>(a);');
    this.line('const high = load<u64>(a, 8);');
    this.line('if (low == rdLow && high == rdHigh) { store<u64>(a, rs2Low); store<u64>(a, rs2High, 8); }');
    this.line('if (rd != 0) { store<u64>(rd, low, X); store<u64>(rd, high, X + 8); }');
    this.afterAccess();
  }

  private reservation(effect: Extract<Effect, { kind: 'loadReserved' | 'storeConditional' }>): void {
    const address = `load<u64>(load<u16>(ip, ${SLOT.rs1}), X)`;
    const source = `load<u64>(load<u16>(ip, ${SLOT.rs2}), X)`;
    const isLoad = effect.kind === 'loadReserved';
    const size = lg(effect.bytes);
    this.line(
      `const value = ${isLoad ? `loadReserved(${address}, ${size})` : `storeConditional(${address}, ${source}, ${size})`};`,
    );
    this.line(`if (load<u32>(0, STOP) == 1) { ${NOT_RETIRED} ${LEAVE} }`);
    this.line(setRd('x', isLoad && effect.bytes === 4 ? '<u64><i64><i32>value' : 'value'));
    this.afterAccess();
  }

  /** Hands over to the hart, which sets PC and gives back what is left of the budget. */
  private hand(call: string): void {
    this.line(`suspend(ip, ${PC}, n${this.counting ? ', data); data = 0;' : ', 0);'}`);
    this.line(`${call};`);
    this.line('ip = resume();');
    this.line('n = load<i64>(0, BUDGET);');
    this.line('if (ip == 0) return n;');
    this.line('delta = load<u64>(0, DELTA);');
    this.line('continue;');
  }

  private csr(effect: Extract<Effect, { kind: 'csr' }>): void {
    const kind = { write: 0, set: 1, clear: 2 }[effect.op];
    const value = effect.source === 'imm' ? '<u64>load<u32>(ip, 8)' : `load<u64>(load<u16>(ip, ${SLOT.rs1}), X)`;
    const named = effect.source === 'imm' ? 'load<u32>(ip, 8) != 0' : `load<u16>(ip, ${SLOT.rs1}) != 0`;
    const writes = effect.op === 'write' ? 'true' : named;
    this.hand(`sysCsr(${kind}, load<u32>(ip, 12) >> 20, load<u16>(ip, ${SLOT.rd}), ${value}, ${writes})`);
  }

  private system(effect: Extract<Effect, { kind: 'system' }>): void {
    const x1 = `load<u64>(load<u16>(ip, ${SLOT.rs1}), X)`;
    const x2 = `load<u64>(load<u16>(ip, ${SLOT.rs2}), X)`;
    switch (effect.call) {
      case 'sfence':
        this.hand(`sysSfence(${x1}, ${x2}, load<u16>(ip, ${SLOT.rs1}) != 0, load<u16>(ip, ${SLOT.rs2}) != 0)`);
        break;
      case 'hint':
        this.hand('sysHint(load<u32>(ip, 8))');
        break;
      case 'cboInval':
      case 'cboClean':
      case 'cboFlush':
      case 'cboZero':
        this.hand(`sysCbo(${CBO_KINDS[effect.call]}, ${x1})`);
        break;
      default:
        this.hand(`sys${effect.call[0]!.toUpperCase()}${effect.call.slice(1)}()`);
        break;
    }
  }
}

/** The selector of the encoding. */
const CBO_KINDS = { cboInval: 0, cboClean: 1, cboFlush: 2, cboZero: 4 } as const;

/** What a case goes on with at once. */
function followersOf(c: Case): Case[] {
  const forms = FOLLOWERS.filter(({ first: [id, length] }) => c.id === id && c.length === length && c.reach !== 'far');
  if (forms.length && endsBlock(c.effect)) throw new Error(`${c.id} ends its block: nothing follows at once`);
  return forms.flatMap(({ next }) => next.map(([id, length]) => caseOf(id, length)));
}

function printCase(c: Case, counting: boolean): string {
  const note = `${c.id}${c.length === 2 ? ' (16 bits)' : ''}${c.reach === 'far' ? ', out of the page' : ''}`;
  const body = new Body(c, counting).print().map((text) => `        ${text}`);
  return [`      case ${c.op}: { // ${note}`, ...body, '      }'].join('\n');
}

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
${CASES.map((c) => printCase(c, counting)).join('\n')}
      default: {
        if (load<u16>(ip) & ${OP_HALT}) halt();
        else illegal(ip);
        n++;
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
