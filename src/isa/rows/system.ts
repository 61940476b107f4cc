/** Zicsr, the privileged instructions of M and S mode, Svinval, and cache-block operations. */
import type { BaseRow, CsrOp, Effect } from '../types.ts';

const csr = (name: string, funct3: string, op: CsrOp, source: 'rs1' | 'imm'): BaseRow => ({
  name,
  extension: 'Zicsr',
  layout: `csr ${source === 'imm' ? 'uimm[4:0]' : 'rs1'} ${funct3} rd 1110011`,
  syntax: source === 'imm' ? 'rd,csr,uimm' : 'rd,csr,rs1',
  effect: { kind: 'csr', op, source },
});

const cbo = (name: string, selector: string, extension: 'Zicbom' | 'Zicboz', effect: Effect): BaseRow => ({
  name: `cbo.${name}`,
  extension,
  layout: `${selector} rs1 010 00000 0001111`,
  syntax: '(rs1)',
  effect,
});

// Prefetches are hints: ORI with rd = x0 (CMO specification).
const prefetch = (name: string, selector: string): BaseRow => ({
  name: `prefetch.${name}`,
  extension: 'Zicbop',
  layout: `imm[11:5] ${selector} rs1 110 00000 0010011`,
  syntax: 'imm(rs1)',
  effect: { kind: 'none' },
});

export const SYSTEM_ROWS: readonly BaseRow[] = [
  csr('csrrw', '001', 'write', 'rs1'),
  csr('csrrs', '010', 'set', 'rs1'),
  csr('csrrc', '011', 'clear', 'rs1'),
  csr('csrrwi', '101', 'write', 'imm'),
  csr('csrrsi', '110', 'set', 'imm'),
  csr('csrrci', '111', 'clear', 'imm'),
  {
    name: 'sret',
    extension: 'Priv',
    privilege: 'S',
    layout: '0001000 00010 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'sret' },
  },
  {
    name: 'mret',
    extension: 'Priv',
    privilege: 'M',
    layout: '0011000 00010 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'mret' },
  },
  // WFI may be executed in U-mode as well unless mstatus.TW or the implementation says otherwise (privileged 3.3.3).
  {
    name: 'wfi',
    extension: 'Priv',
    layout: '0001000 00101 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'wfi' },
  },
  {
    name: 'sfence.vma',
    extension: 'Priv',
    privilege: 'S',
    layout: '0001001 rs2 rs1 000 00000 1110011',
    syntax: 'rs1,rs2',
    effect: { kind: 'system', call: 'sfence' },
  },
  {
    name: 'sinval.vma',
    extension: 'Svinval',
    privilege: 'S',
    layout: '0001011 rs2 rs1 000 00000 1110011',
    syntax: 'rs1,rs2',
    effect: { kind: 'system', call: 'sfence' },
  },
  // Every sinval.vma takes effect at once, so nothing is left to order: these only check the privilege mode.
  {
    name: 'sfence.w.inval',
    extension: 'Svinval',
    privilege: 'S',
    layout: '0001100 00000 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'sfenceOrder' },
  },
  {
    name: 'sfence.inval.ir',
    extension: 'Svinval',
    privilege: 'S',
    layout: '0001100 00001 00000 000 00000 1110011',
    syntax: '',
    effect: { kind: 'system', call: 'sfenceOrder' },
  },
  cbo('inval', '000000000000', 'Zicbom', { kind: 'system', call: 'cboInval' }),
  cbo('clean', '000000000001', 'Zicbom', { kind: 'system', call: 'cboClean' }),
  cbo('flush', '000000000010', 'Zicbom', { kind: 'system', call: 'cboFlush' }),
  cbo('zero', '000000000100', 'Zicboz', { kind: 'system', call: 'cboZero' }),
  prefetch('i', '00000'),
  prefetch('r', '00001'),
  prefetch('w', '00011'),
];
