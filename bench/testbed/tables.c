/*
 * Frame types, as Xen keeps them: a frame is nothing, writable, or a table of one level, with a count of the entries
 * that use it as such. While it is one it cannot become another, so no table is ever writable.
 */
#include "testbed.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, AD = 0xc0, LEAF = R | W | X };
enum type { NOTHING, WRITABLE, TABLE0, TABLE1, TABLE2 };

#define FRAMES (GUEST_BYTES / PAGE)

static u8 types[FRAMES], pinned[FRAMES];
static u32 counts[FRAMES];
static u64 updates;

static u64 number(u64 frame) {
  if (frame % PAGE || frame < MACHINE_BASE || frame >= MACHINE_BASE + GUEST_BYTES) stop("not the guest's frame", frame);
  return (frame - MACHINE_BASE) / PAGE;
}

static u64 frame_of(u64 entry) { return entry >> 10 << 12; }

static void get_type(u64 frame, enum type type);
static void put_type(u64 frame, enum type type);

static void get_entry(u64 entry, u64 level) {
  if (!(entry & V)) return;
  number(frame_of(entry));
  if (level == 0) {
    if (!(entry & LEAF)) stop("a pointer at the leaf level", entry);
    if (entry & W) get_type(frame_of(entry), WRITABLE);
  } else {
    if (entry & LEAF) stop("a superpage", entry);
    get_type(frame_of(entry), TABLE0 + level - 1);
  }
}

static void put_entry(u64 entry, u64 level) {
  if (!(entry & V)) return;
  if (level) put_type(frame_of(entry), TABLE0 + level - 1);
  else if (entry & W) put_type(frame_of(entry), WRITABLE);
}

static void get_type(u64 frame, enum type type) {
  u64 n = number(frame);
  if (counts[n]++ && types[n] != type) stop("a frame used as two things", frame);
  if (counts[n] > 1) return;
  types[n] = type;
  if (type < TABLE0) return;
  for (u64 i = 0; i < 512; i++) get_entry(((u64 *)frame)[i], type - TABLE0);
}

static void put_type(u64 frame, enum type type) {
  u64 n = number(frame);
  if (types[n] != type || !counts[n]) stop("a use given back that never was", frame);
  if (--counts[n]) return;
  types[n] = NOTHING;
  if (type < TABLE0) return;
  for (u64 i = 0; i < 512; i++) put_entry(((u64 *)frame)[i], type - TABLE0);
}

void table_pin(u64 frame, u64 level) {
  if (level > 2 || pinned[number(frame)]) stop("a bad pin", frame);
  get_type(frame, TABLE0 + level);
  pinned[number(frame)] = (u8)(level + 1);
}

void table_unpin(u64 frame) {
  u64 n = number(frame);
  if (!pinned[n]) stop("unpinned, but never pinned", frame);
  enum type type = TABLE0 + pinned[n] - 1;
  pinned[n] = 0;
  put_type(frame, type);
}

int table_is_root(u64 frame) { return types[number(frame)] == TABLE2; }

void entry_update(u64 machine_address, u64 value) {
  u64 n = number(machine_address & ~(PAGE - 1));
  if (machine_address % 8 || types[n] < TABLE0) stop("an update of what is no table", machine_address);
  u64 *entry = (u64 *)machine_address;
  u64 level = types[n] - TABLE0;
  /* The new use first: a frame used by both never falls to nothing in between. */
  get_entry(value, level);
  put_entry(*entry, level);
  *entry = value;
  updates++;
}

u64 updates_made(void) { return updates; }

u64 tables_init(void) {
  u64 table_bytes = GUEST_BYTES / 512, first = MACHINE_BASE + GUEST_BYTES - 4 * PAGE - table_bytes;
  u64 root = first + table_bytes, middle = root + PAGE;
  u64 *leaves = (u64 *)first;
  ((u64 *)root)[2] = middle >> 12 << 10 | V;
  for (u64 i = 0; i < table_bytes / PAGE; i++) ((u64 *)middle)[i] = (first + i * PAGE) >> 12 << 10 | V;
  for (u64 i = 0; i < FRAMES; i++) {
    u64 frame = MACHINE_BASE + i * PAGE;
    int table = frame >= first && frame < middle + PAGE;
    leaves[i] = frame >> 12 << 10 | V | R | X | AD | (table ? 0 : W);
  }
  table_pin(root, 2);
  return root - DELTA;
}
