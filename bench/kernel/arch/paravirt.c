/*
 * The MMU of a paravirtual VMM: page tables hold machine frames, the VMM validates every change of a live one, and a
 * frame that is a table may be mapped writable nowhere, the kernel's own mapping of RAM included (direct paging, as Xen
 * does it). Changes are queued and sent as one hypercall when they have to be in force.
 */
#include "paravirt.h"

#include "kernel.h"

#define EVERY_PAGE (~0ull)

u64 arch_machine_delta;

static pte_t *initial_root;
static u64 asid_count;

static u64 machine_number(u64 frame) { return (frame + arch_machine_delta) >> 12; }

void arch_enter(u64 magic, u64 delta, u64 root) {
  if (magic != PARAVIRT_MAGIC) {
    print("this kernel needs the paravirtual strategy: its page tables are a VMM's, which did not start it\n");
    sbi_shutdown(1);
  }
  arch_machine_delta = delta << 12;
  initial_root = (pte_t *)root;
}

void arch_map_kernel(u64 memory_start, u64 memory_end) {
  (void)memory_start, (void)memory_end; /* the VMM mapped RAM before it entered us */
  asid_count = boot_option("asid", "0") ? 1 : 1ull << 16;
  queue_limit(boot_number("pv_batch", HYPERCALL_BATCH));
}

/* The entry by which the kernel sees a frame of RAM, or NULL. All spaces share its table. */
static pte_t *identity_entry(u64 frame) {
  pte_t *table = initial_root;
  for (int level = 2; level > 0; level--) {
    pte_t entry = table[LEVEL_INDEX(frame, level)];
    if (!(entry & PTE_V)) return NULL;
    table = (pte_t *)arch_frame(entry);
  }
  return &table[LEVEL_INDEX(frame, 0)];
}

/* The VMM maps the tables it built read-only: those frames stay its. */
int arch_frame_usable(u64 frame) {
  pte_t *entry = identity_entry(frame);
  return entry && (*entry & (PTE_V | PTE_W)) == (PTE_V | PTE_W);
}

static void make_read_only(u64 frame) {
  pte_t *entry = identity_entry(frame);
  enqueue(entry, *entry & ~PTE_W);
}

static void make_writable(u64 frame) {
  pte_t *entry = identity_entry(frame);
  enqueue(entry, *entry | PTE_W);
}

static void for_each_table(struct space *space, void (*visit)(u64 frame)) {
  pte_t *root = (pte_t *)space->root;
  for (u64 i = 0; i < USER_ROOT_ENTRIES; i++) {
    if (!root[i]) continue;
    pte_t *middle = (pte_t *)arch_frame(root[i]);
    for (u64 j = 0; j < ENTRIES; j++)
      if (middle[j]) visit(arch_frame(middle[j]));
    visit((u64)middle);
  }
  visit(space->root);
}

void arch_root_init(pte_t *root) {
  for (u64 i = USER_ROOT_ENTRIES; i < ENTRIES; i++) root[i] = initial_root[i];
}

/* Built in ordinary memory, handed over as a whole: one pin validates the root and all below it. */
void arch_activate(struct space *space) {
  for_each_table(space, make_read_only);
  queue_send(FLUSH_CHANGED);
  HYPERCALL(PIN_TABLE, machine_number(space->root), 2, 0);
  space->live = 1;
}

void arch_retire(struct space *space) {
  HYPERCALL(UNPIN_TABLE, machine_number(space->root), 0, 0);
  space->live = 0;
  for_each_table(space, make_writable);
  queue_send(FLUSH_CHANGED);
  if (asid_count > 1) HYPERCALL(FLUSH, EVERY_PAGE, space->asid, 0);
}

void arch_switch(struct space *space) {
  HYPERCALL(SET_SATP, machine_number(space->root), space->asid, 0);
  if (asid_count == 1) HYPERCALL(FLUSH, EVERY_PAGE, 0, 0);
}

void arch_store(struct space *space, u64 va, pte_t *entry, pte_t value) {
  (void)va; /* the VMM knows what an entry translates */
  if (space->live) enqueue(entry, value);
  else *entry = value;
}

void arch_link_table(struct space *space, pte_t *entry, u64 frame) {
  pte_t value = arch_entry(frame, PTE_V);
  if (!space->live) {
    *entry = value;
    return;
  }
  make_read_only(frame);
  enqueue(entry, value);
  queue_send(FLUSH_CHANGED); /* now: the caller goes on to walk through it */
}

void arch_commit(struct space *space) {
  (void)space;
  queue_send(FLUSH_CHANGED);
}

void arch_commit_lazily(struct space *space) {
  (void)space;
  queue_send(0);
}

void arch_flush_page(struct space *space, u64 va) { HYPERCALL(FLUSH, va, space->asid, 0); }

u64 arch_asid_count(void) { return asid_count; }

u8 arch_device_read(u64 device_address) { return (u8)HYPERCALL(MMIO_READ, device_address, 1, 0); }

u64 arch_null_call(void) { return HYPERCALL(PROBE, 0, 0, 0); }
