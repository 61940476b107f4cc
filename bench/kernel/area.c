/* The list of areas: what a program may touch, whether or not a page is there yet. */
#include "kernel.h"
#include "space.h"

struct area *area_find(struct space *space, u64 va) {
  for (u64 i = 0; i < space->area_count; i++)
    if (va >= space->areas[i].start && va < space->areas[i].end) return &space->areas[i];
  return NULL;
}

/* Anonymous neighbours with the same rights become one, so that splitting and joining again leaves no crumbs. */
static int join(struct space *space, struct area area) {
  if (area.file) return 0;
  for (u64 i = 0; i < space->area_count; i++) {
    struct area *other = &space->areas[i];
    if (other->file || other->rights != area.rights) continue;
    if (other->end == area.start) return other->end = area.end, 1;
    if (other->start == area.end) return other->start = area.start, 1;
  }
  return 0;
}

int area_add(struct space *space, struct area area) {
  if (join(space, area)) return 0;
  if (space->area_count == AREA_COUNT) return -1;
  space->areas[space->area_count++] = area;
  return 0;
}

/* The part of an area from `at` on. */
static struct area part_from(struct area area, u64 at) {
  u64 skipped = at - area.start;
  area.start = at;
  area.file = area.file_bytes > skipped ? area.file + skipped : NULL;
  area.file_bytes = area.file ? area.file_bytes - skipped : 0;
  return area;
}

/* Makes `at` a border between areas. */
static int split(struct space *space, u64 at) {
  struct area *area = area_find(space, at);
  if (!area || area->start == at) return 0;
  if (space->area_count == AREA_COUNT) return -1;
  space->areas[space->area_count++] = part_from(*area, at);
  area->end = at;
  if (area->file_bytes > at - area->start) area->file_bytes = at - area->start;
  return 0;
}

static struct area take(struct space *space, u64 index) {
  struct area taken = space->areas[index];
  space->areas[index] = space->areas[--space->area_count];
  return taken;
}

int area_remove(struct space *space, u64 start, u64 end) {
  if (split(space, start) || split(space, end)) return -1;
  for (u64 i = 0; i < space->area_count;) {
    if (space->areas[i].start >= start && space->areas[i].end <= end) take(space, i);
    else i++;
  }
  return 0;
}

int area_protect(struct space *space, u64 start, u64 end, u32 rights) {
  if (split(space, start) || split(space, end)) return -1;
  for (u64 i = 0; i < space->area_count;) {
    struct area *area = &space->areas[i];
    if (area->start < start || area->end > end || area->rights == rights) {
      i++;
      continue;
    }
    struct area changed = take(space, i);
    changed.rights = rights;
    area_add(space, changed); /* cannot fail: one was just taken */
    i = 0;
  }
  return 0;
}

u64 area_place(struct space *space, u64 bytes) {
  for (u64 at = MMAP_START; at + bytes <= MMAP_END;) {
    u64 behind = 0;
    for (u64 i = 0; i < space->area_count && !behind; i++)
      if (space->areas[i].start < at + bytes && at < space->areas[i].end) behind = space->areas[i].end;
    if (!behind) return at;
    at = behind;
  }
  return 0;
}
