/* Firmware calls and hypercalls of the test bed, and the way into the guest. */
#include "abi.h"
#include "testbed.h"

#define read_csr(csr) ({ u64 v_; __asm__ volatile("csrr %0, " #csr : "=r"(v_)::"memory"); v_; })
#define write_csr(csr, value) __asm__ volatile("csrw " #csr ", %0" ::"r"((u64)(value)) : "memory")

#define MTIMECMP (*(volatile u64 *)0x2004000)
#define UART ((volatile u8 *)0x10000000)
#define FINISHER (*(volatile u32 *)0x100000)
#define DEVICE_TREE (GUEST_BASE + (120ull << 20))

enum { SSIP = 1 << 1, STIP = 1 << 5, MTIP = 1 << 7 };
enum { CAUSE_ECALL_S = 9, CAUSE_TIMER = 7 };
enum { RA = 1, A0 = 10, A1, A2, A6 = 16, A7 };

extern char trap_entry[];
void enter_guest(u64 hart, u64 tree, u64 magic, u64 delta, u64 root);

static u64 hypercalls;

static void say(const char *text) {
  while (*text) *UART = (u8)*text++;
}

static void say_hex(u64 value) {
  for (int shift = 60; shift >= 0; shift -= 4) *UART = (u8) "0123456789abcdef"[value >> shift & 15];
}

void stop(const char *why, u64 value) {
  say("TESTBED ");
  say(why);
  say(" ");
  say_hex(value);
  say("\n");
  FINISHER = 0x13333;
  for (;;) {
  }
}

static void flush(void) { __asm__ volatile("sfence.vma" ::: "memory"); }

/* A guest address in its own memory, as the machine has it. */
static u64 machine(u64 guest, u64 bytes) {
  if (guest < GUEST_BASE || guest + bytes > GUEST_BASE + GUEST_BYTES) stop("outside the guest's memory", guest);
  return guest + DELTA;
}

static u64 hypercall(u64 function, u64 a0, u64 a1, u64 a2) {
  hypercalls++;
  switch (function) {
    case HYPERCALL_PROBE: return 1;
    case HYPERCALL_MMU_UPDATE: {
      if (a1 > HYPERCALL_BATCH) stop("a batch too long", a1);
      const u64 *update = (const u64 *)machine(a0, a1 * 16);
      for (u64 i = 0; i < a1; i++, update += 2) entry_update(update[0], update[1]);
      if (a2 == 1) flush();
      return a1;
    }
    case HYPERCALL_PIN_TABLE: return table_pin(a0 << 12, a1), 0;
    case HYPERCALL_UNPIN_TABLE:
      if ((read_csr(satp) & 0xfffffffffff) == a0) stop("the root in use was unpinned", a0);
      return table_unpin(a0 << 12), 0;
    case HYPERCALL_SET_SATP:
      if (!table_is_root(a0 << 12)) stop("not a root", a0);
      write_csr(satp, 8ull << 60 | a1 << 44 | a0);
      return 0;
    case HYPERCALL_FLUSH: return flush(), 0;
    case HYPERCALL_MMIO_READ: return *(volatile u8 *)a0;
    default: stop("an unknown hypercall", function);
  }
}

static void shut_down(u64 failed) {
  say("TESTBED hypercalls ");
  say_hex(hypercalls);
  say(" updates ");
  say_hex(updates_made());
  say("\n");
  FINISHER = failed ? 0x13333 : 0x5555;
}

static void firmware(u64 *x) {
  switch (x[A7]) {
    case 0x01: *UART = (u8)x[A0]; break;
    case 0x10: x[A1] = x[A6] == 0 ? 2u << 24 : 0; break;
    case 0x54494d45:
      MTIMECMP = x[A0];
      __asm__ volatile("csrc mip, %0; csrs mie, %1" ::"r"(STIP), "r"(MTIP));
      break;
    case 0x735049: __asm__ volatile("csrs mip, %0" ::"r"(SSIP)); break;
    case 0x53525354: shut_down(x[A1]); break;
    default: stop("an unknown firmware call", x[A7]);
  }
  x[A0] = 0;
}

void testbed_trap(u64 *x) {
  u64 cause = read_csr(mcause);
  if (cause >> 63 && (cause & 63) == CAUSE_TIMER) {
    __asm__ volatile("csrc mie, %0; csrs mip, %1" ::"r"(MTIP), "r"(STIP));
    return;
  }
  if (cause != CAUSE_ECALL_S) stop("the guest trapped into the VMM at", read_csr(mepc));
  write_csr(mepc, read_csr(mepc) + 4);
  if (x[A7] != HYPERCALL_EXTENSION) {
    firmware(x);
    return;
  }
  x[A1] = hypercall(x[A6], x[A0], x[A1], x[A2]);
  x[A0] = 0;
}

static u64 big_endian(const u8 *at) { return (u64)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }

void testbed_main(u64 hart, const u8 *tree) {
  u8 *copy = (u8 *)machine(DEVICE_TREE, 1 << 20);
  for (u64 i = 0, bytes = big_endian(tree + 4); i < bytes; i++) copy[i] = tree[i];
  u64 root = tables_init();
  write_csr(pmpaddr0, ~0ull);
  write_csr(pmpcfg0, 0x1f);
  write_csr(mtvec, (u64)trap_entry);
  write_csr(medeleg, 0xb1ff & ~(1 << CAUSE_ECALL_S)); /* all but calls of the kernel */
  write_csr(mideleg, 0x222);
  write_csr(mcounteren, 7);
  write_csr(satp, 8ull << 60 | (root + DELTA) >> 12);
  flush();
  write_csr(mepc, GUEST_BASE + 0x200000);
  /* Into S-mode with TVM set: satp and sfence.vma are not the guest's to use. */
  write_csr(mstatus, 1ull << 11 | 1ull << 20);
  enter_guest(hart, DEVICE_TREE, PARAVIRT_MAGIC, DELTA >> 12, root);
}
