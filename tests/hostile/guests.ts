/** Guests that do their worst, as supervisors with the machine's own SBI beneath them. */
import type { RunStatus } from '../../src/abi/machine.ts';
import { CSR, ENTRY, shutdown, supervisor } from '../mmu/rig.ts';
import { entry, PAGE, PTE, RAM, RWXAD, satpOf, Tables } from '../mmu/tables.ts';
import { Assembler, R } from '../support/asm.ts';
import type { Segment } from '../support/elf.ts';

const TABLES = 0x8024_0000;
const UART = 0x1000_0000;
const DBCN = 0x4442_434e;
/** Where the tests load these guests: 8 MiB of RAM. */
const END = RAM + 8 * 2 ** 20;

export interface Hostile {
  readonly id: string;
  readonly image: Uint8Array;
  /** How such a guest may end. Paravirtual guests are refused what others may do, and go on. */
  readonly ends: readonly RunStatus[];
}

const guest = (write: (a: Assembler) => void, more: readonly Segment[] = []): Uint8Array => {
  const a = new Assembler(ENTRY);
  write(a);
  return supervisor(a, more);
};

const forEver = (a: Assembler, body: () => void): void => {
  const top = a.fresh('again');
  a.label(top);
  body();
  a.j(top);
};

/** Every trap ends the guest well. */
const endOnTrap = (a: Assembler): void => {
  a.la(R.t0, 'trapped');
  a.csrw(CSR.stvec, R.t0);
};

const trapped = (a: Assembler): void => {
  a.align(4);
  a.label('trapped');
  shutdown(a);
};

/** Switches to tables as they are, then touches every kind of memory through them. */
function withTables(root: number, fill: (tables: Tables) => void, levels: 3 | 4 = 3): Uint8Array {
  const tables = new Tables(TABLES, 4);
  fill(tables);
  return guest(
    (a) => {
      endOnTrap(a);
      a.li(R.t0, satpOf(root, levels));
      a.csrw(CSR.satp, R.t0);
      a.op('sfence.vma', { rs1: 0, rs2: 0 });
      for (const va of [0, TABLES, ENTRY, END - 8, 0x4000_0000, UART]) {
        a.li(R.t0, va);
        a.ld(R.t1, 0, R.t0);
        a.sd(R.t1, 0, R.t0);
      }
      shutdown(a);
      trapped(a);
    },
    [{ address: TABLES, bytes: tables.bytes }],
  );
}

const identity = entry(RAM, RWXAD);

const callSbi = (a: Assembler, extension: number, call: number, args: readonly bigint[]): void => {
  args.forEach((value, i) => {
    a.li(R.a0 + i, value);
  });
  a.li(R.a6, call);
  a.li(R.a7, extension);
  a.op('ecall');
};

const BAD_ADDRESSES = [
  0n,
  BigInt(UART),
  BigInt(END),
  BigInt(END - 1),
  BigInt(END - 4096),
  2n ** 32n,
  2n ** 40n,
  2n ** 63n,
  2n ** 64n - 1n,
];

export const HOSTILES: readonly Hostile[] = [
  {
    id: 'its trap handler traps',
    image: guest((a) => {
      a.la(R.t0, 'handler');
      a.csrw(CSR.stvec, R.t0);
      a.word(0);
      a.align(4);
      a.label('handler');
      a.word(0);
    }),
    ends: ['crashed'],
  },
  {
    id: 'its trap handler is nowhere',
    image: guest((a) => {
      a.li(R.t0, 0x4000_0000);
      a.csrw(CSR.stvec, R.t0);
      a.word(0);
    }),
    ends: ['crashed'],
  },
  { id: 'spins', image: guest((a) => forEver(a, () => {})), ends: ['budget'] },
  {
    id: 'jumps to nowhere',
    image: guest((a) => {
      a.li(R.t0, 0x1_0000_0000_0000n);
      a.op('jalr', { rd: 0, rs1: R.t0, imm: 0 });
    }),
    ends: ['crashed'],
  },
  {
    id: 'floods exits',
    image: guest((a) => forEver(a, () => a.op('sfence.vma', { rs1: 0, rs2: 0 }))),
    ends: ['budget', 'crashed'],
  },
  {
    id: 'floods the console',
    image: guest((a) => {
      a.li(R.t0, UART);
      a.li(R.t1, 0x41);
      forEver(a, () => a.op('sb', { rs1: R.t0, rs2: R.t1, imm: 0 }));
    }),
    // A paravirtual guest has no way to the device: the access faults, and so does its handler.
    ends: ['budget', 'crashed'],
  },
  {
    id: 'floods the console by SBI',
    image: guest((a) =>
      forEver(a, () => {
        callSbi(a, DBCN, 0, [4096n, BigInt(ENTRY), 0n]);
      }),
    ),
    ends: ['budget'],
  },
  { id: 'waits for nothing', image: guest((a) => a.op('wfi')), ends: ['stalled'] },
  {
    id: 'waits with a timer that never fires',
    image: guest((a) => {
      callSbi(a, 0x5449_4d45, 0, [2n ** 64n - 1n]);
      forEver(a, () => a.op('wfi'));
    }),
    ends: ['stalled'],
  },
  {
    id: 'gives SBI bad addresses',
    image: guest((a) => {
      for (const at of BAD_ADDRESSES) {
        for (const call of [0, 1]) callSbi(a, DBCN, call, [16n, at, 0n]);
        callSbi(a, DBCN, 0, [2n ** 64n - 1n, at, 2n ** 64n - 1n]);
        callSbi(a, 0x5246_4e43, 1, [1n, 0n, at, 2n ** 64n - 1n]);
        callSbi(a, 0x5246_4e43, 2, [at, at, at, at, at]);
      }
      for (const call of [-1, 0, 7, 100, 2047]) callSbi(a, 0x1234, call, BAD_ADDRESSES.slice(0, 6));
      shutdown(a);
    }),
    ends: ['passed'],
  },
  {
    id: 'writes garbage to satp',
    image: guest((a) => {
      endOnTrap(a);
      for (const value of [
        2n ** 64n - 1n,
        8n << 60n,
        (9n << 60n) | 0xfff_ffff_ffffn,
        10n << 60n,
        1n << 60n,
        0x8000_0000_0008_0000n,
      ]) {
        a.li(R.t0, value);
        a.csrw(CSR.satp, R.t0);
      }
      shutdown(a);
      trapped(a);
    }),
    ends: ['crashed', 'passed'],
  },
  { id: 'has its tables in a device', image: withTables(UART, () => {}), ends: ['crashed', 'passed'] },
  { id: 'has its tables behind RAM', image: withTables(END, () => {}), ends: ['crashed', 'passed'] },
  { id: 'has its tables below RAM', image: withTables(0, () => {}), ends: ['crashed', 'passed'] },
  {
    id: 'has a table that refers to itself',
    image: withTables(TABLES, (t) => {
      for (let i = 0; i < 512; i++) t.set(t.base + i * 8, entry(TABLES, PTE.V));
    }),
    ends: ['crashed', 'passed'],
  },
  {
    id: 'has a table that maps itself as memory, and the rest of RAM',
    image: withTables(TABLES, (t) => {
      t.set(t.base, entry(TABLES, PTE.V));
      t.set(t.base + 2 * 8, identity);
    }),
    ends: ['crashed', 'passed'],
  },
  {
    id: 'sets all reserved bits',
    image: withTables(TABLES, (t) => {
      for (let i = 0; i < 512; i++) t.set(t.base + i * 8, 2n ** 64n - 1n);
      t.set(t.base + 2 * 8, identity);
    }),
    ends: ['crashed', 'passed'],
  },
  {
    id: 'maps all of physical memory, writable',
    image: withTables(TABLES, (t) => {
      for (let i = 0; i < 512; i++) t.set(t.base + i * 8, entry(BigInt(i) << 30n, RWXAD));
    }),
    ends: ['crashed', 'passed'],
  },
  {
    id: 'maps the top of the physical address space',
    image: withTables(TABLES, (t) => {
      for (let i = 0; i < 512; i++) t.set(t.base + i * 8, entry(0xff_ffff_c000_0000n, RWXAD));
      t.set(t.base + 2 * 8, identity);
    }),
    ends: ['crashed', 'passed'],
  },
  {
    id: 'runs off the end of RAM',
    image: guest((a) => {
      a.li(R.t0, END - PAGE * 4);
      forEver(a, () => {
        a.sd(0, 0, R.t0);
        a.op('sw', { rs1: R.t0, rs2: 0, imm: 5 });
        a.op('ld', { rd: R.t1, rs1: R.t0, imm: 1 });
        a.op('lr.d', { rd: R.t1, rs1: R.t0 });
        a.op('sc.d', { rd: R.t1, rs1: R.t0, rs2: 0 });
        a.op('amoadd.d', { rd: R.t1, rs1: R.t0, rs2: R.t0 });
        a.addi(R.t0, R.t0, 8);
      });
    }, []),
    ends: ['crashed'],
  },
  {
    id: 'executes the last halfword of RAM',
    image: guest((a) => {
      endOnTrap(a);
      a.li(R.t0, END - 2);
      // The first half of a 32-bit instruction; its second half is behind RAM.
      a.li(R.t1, 0x13);
      a.op('sh', { rs1: R.t0, rs2: R.t1, imm: 0 });
      a.op('jalr', { rd: 0, rs1: R.t0, imm: 0 });
      trapped(a);
    }),
    ends: ['passed', 'crashed'],
  },
  {
    id: 'misaligns everything',
    image: guest((a) => {
      a.la(R.t0, 'next');
      a.csrw(CSR.stvec, R.t0);
      a.li(R.t0, RAM + 0xff9);
      for (const name of ['ld', 'lw', 'lhu', 'fld', 'flw', 'lr.d', 'lr.w']) {
        for (let i = 0; i < 8; i++) {
          const load = name.startsWith('lr') ? { rd: R.t1, rs1: R.t0 } : { rd: R.t1, rs1: R.t0, imm: i };
          a.op(name, load);
        }
      }
      for (const name of ['sd', 'sw', 'sh', 'fsd', 'fsw']) {
        for (let i = 0; i < 8; i++) a.op(name, { rs2: R.t1, rs1: R.t0, imm: i });
      }
      for (const name of ['amoadd.d', 'amoswap.w', 'sc.d']) a.op(name, { rd: R.t1, rs1: R.t0, rs2: R.t1 });
      a.li(R.t2, UART + 1);
      for (const name of ['ld', 'lw', 'lhu']) a.op(name, { rd: R.t1, rs1: R.t2, imm: 0 });
      shutdown(a);
      a.align(4);
      a.label('next');
      a.csrr(R.t5, CSR.sepc);
      a.addi(R.t5, R.t5, 4);
      a.csrw(CSR.sepc, R.t5);
      a.op('sret');
    }),
    ends: ['passed'],
  },
  {
    id: 'rewrites the code it runs',
    image: guest((a) => {
      a.la(R.t0, 'here');
      a.li(R.t1, 0x0000_0013);
      a.li(R.t2, 2000);
      a.label('loop');
      a.label('here');
      a.op('sw', { rs1: R.t0, rs2: R.t1, imm: 12 });
      a.op('sh', { rs1: R.t0, rs2: R.t1, imm: 14 });
      a.op('sb', { rs1: R.t0, rs2: 0, imm: 15 });
      a.nop();
      a.addi(R.t2, R.t2, -1);
      a.bne(R.t2, 0, 'loop');
      shutdown(a);
    }),
    ends: ['passed', 'crashed'],
  },
];
