/** Prints what the interpreter does for one instruction. */
import { findLoad, hasRounding, isFloat, raisesFlags, writesFloat } from '../traits.ts';
import type { Effect, Expr, Width } from '../types.ts';
import { printTrees } from './expression.ts';
import { type Case, isDirect } from './ops.ts';

/** Byte offset of each operand in a record. */
const SLOT = { rd: 2, rs1: 4, rs2: 6 } as const;
/** The instruction's pc. */
export const PC = 'delta + <u64>(ip >> 3)';

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

/** What is printed where an instruction ends. `counted`: it made a data access. */
interface Ends {
  /** Whether the function counts data accesses, in `data`. */
  readonly counting: boolean;
  /** What is `stride` bytes of records further is next. */
  readonly on: (stride: number, counted: boolean) => string;
  /** It retired, and the run ends: STOP is set. */
  readonly off: (stride: number, counted: boolean) => string;
  /** It did not retire: STOP is set. */
  readonly trapped: string;
  /** In the place of `on` where what is next may have changed; null: it is looked at in any case. */
  readonly anew: Ends['on'] | null;
}

const past = (counting: boolean, stride: number, counted: boolean): string =>
  `${counted && counting ? 'data++; ' : ''}ip += ${stride};`;

/** Of a case in the loop of `interpret`, which counts, or of `interpretPlain`. */
function inLoop(counting: boolean): Ends {
  return {
    counting,
    on: (stride, counted) => `${past(counting, stride, counted)} continue;`,
    off: (stride, counted) => `${past(counting, stride, counted)} break;`,
    trapped: 'n++; break;',
    anew: null,
  };
}

/** Of the first of a pair: the second is what comes behind. */
function inPair(counting: boolean): Ends {
  const alone = inLoop(counting);
  return { ...alone, on: (stride, counted) => `${past(counting, stride, counted)} n--;`, anew: alone.on };
}

/** What the function of rare instructions gives back beside the next record. */
export const RARE = { trapped: 1, off: 2, counted: 4 } as const;

const inRare: Ends = {
  counting: false,
  on: (stride, counted) => `return ip + ${stride + (counted ? RARE.counted : 0)};`,
  off: (stride, counted) => `return ip + ${stride + RARE.off + (counted ? RARE.counted : 0)};`,
  trapped: `return ip + ${RARE.trapped};`,
  anew: null,
};

/** The body of one case. */
class Body {
  readonly lines: string[] = [];
  private readonly c: Case;
  private readonly ends: Ends;

  constructor(c: Case, ends: Ends) {
    this.c = c;
    this.ends = ends;
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

  /** The last line: goes on behind the instruction, which made a data access or not. */
  private next(counted = false): void {
    this.line(this.ends.on(stride(this.c), counted));
  }

  /** Floating point is illegal while FS is Off or the rounding mode is invalid; frm holds the dynamic one. */
  private floatGuard(): void {
    const { trapped } = this.ends;
    if (hasRounding(this.c.row)) {
      this.line('let rm: u32 = load<u32>(ip, 8); if (rm == 7) rm = load<u8>(0, FRM);');
      this.line(`if ((<u32>load<u8>(0, FP_OFF) | <u32>(rm > 4)) != 0) { illegal(ip); ${trapped} }`);
    } else {
      this.line(`if (load<u8>(0, FP_OFF)) { illegal(ip); ${trapped} }`);
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
    this.accessed(dirty, [finish(bytes === 8 ? 'value' : `${extended(`<${type}>`)}value`)]);
  }

  /** The rest of an access, from where the hart has done what the fast TLB does not serve. `finish`: what is left to do then, if it did not trap. */
  private accessed(dirty = '', finish: readonly string[] = []): void {
    this.line(`  if (stop == 1) { ${this.ends.trapped} }`);
    for (const text of finish) this.line(`  ${text}`);
    this.line(`  if (stop) {${dirty} ${this.ends.off(stride(this.c), true)} }`);
    this.anew(dirty);
    this.line('}');
    if (dirty) this.line(dirty.trim());
    this.next(true);
  }

  /** After an access by way of the hart, which may have changed the instruction behind: that is met for itself. */
  private anew(before: string): void {
    if (this.ends.anew) this.line(` ${before} ${this.ends.anew(stride(this.c), true)}`);
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
    this.accessed();
  }

  /** Goes to a pc that may well be in the page of this instruction, whose records are then at hand. */
  private transferNear(target: string): void {
    this.line(`if ((${target} ^ (${PC})) < 4096) ip = <u32>(${target} - delta) << 3;`);
    this.line('else {');
    this.line(`  ip = fetch(${target});`);
    this.line(`  if (ip == 0) return ${this.ends.counting ? 'leave(n, data)' : 'n'};`);
    this.line('  delta = load<u64>(0, DELTA);');
    this.line('}');
    this.line(`if (n <= 0) break;`);
    this.line('continue;');
  }

  /** Goes to a pc: a fault in the fetch has left PC and STOP set, the transfer itself has retired. */
  private transfer(target: string): void {
    this.line(`ip = fetch(${target});`);
    this.line(`if (ip == 0) return ${this.ends.counting ? 'leave(n, data)' : 'n'};`);
    this.line('delta = load<u64>(0, DELTA);');
    this.line(`if (n <= 0) break;`);
    this.line('continue;');
  }

  private branch(condition: Expr): void {
    const always = condition.kind === 'const';
    const [test] = always ? [''] : this.trees(condition);
    const step = stride(this.c);
    if (this.c.reach === 'near') {
      this.line(always ? 'ip += load<u32>(ip, 8);' : `if (${test}) ip += load<u32>(ip, 8); else ip += ${step};`);
      this.line(`if (n <= 0) break;`);
      this.line('continue;');
      return;
    }
    if (!always) this.line(`if (!(${test})) { ip += ${step}; if (n <= 0) break; continue; }`);
    this.transfer(`${PC} + <u64><i64>load<i32>(ip, 8)`);
  }

  private jump(effect: Extract<Effect, { kind: 'jump' }>): void {
    const { row, length, reach } = this.c;
    const link = `${PC} + ${length}`;
    if (reach === 'near' && isDirect(row, effect)) {
      this.line(setRd('x', link));
      this.line('ip += load<u32>(ip, 8);');
      this.line(`if (n <= 0) break;`);
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
    this.line(`if (load<u32>(0, STOP)) { ${this.ends.off(stride(this.c), true)} }`);
    this.next(true);
  }

  private amo(effect: Extract<Effect, { kind: 'amo' }>): void {
    const type = `u${8 * effect.bytes}`;
    this.line(`const a: u32 = amoAddress(load<u64>(load<u16>(ip, ${SLOT.rs1}), X), ${lg(effect.bytes)});`);
    this.line(`if (a == 0) { ${this.ends.trapped} }`);
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
    this.line(`if (a == 0) { ${this.ends.trapped} }`);
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
    this.line(`if (load<u32>(0, STOP) == 1) { ${this.ends.trapped} }`);
    this.line(setRd('x', isLoad && effect.bytes === 4 ? '<u64><i64><i32>value' : 'value'));
    this.afterAccess();
  }

  /** Hands over to the hart, which sets PC and gives back what is left of the budget. */
  private hand(call: string): void {
    this.line(`suspend(ip, ${PC}, n${this.ends.counting ? ', data); data = 0;' : ', 0);'}`);
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

/** Lines for a case of the loop that counts data accesses, or of the one that does not. */
export const linesOf = (c: Case, counting: boolean): string[] => new Body(c, inLoop(counting)).print();

/** The same for two instructions, one behind the other. */
export function pairLines(first: Case, second: Case, counting: boolean): string[] {
  const then = linesOf(second, counting).map((text) => `  ${text}`);
  return [...new Body(first, inPair(counting)).print(), '{', ...then, '}'];
}

/** Lines for a case of the function of rare instructions. */
export const rareLines = (c: Case): string[] => new Body(c, inRare).print();
