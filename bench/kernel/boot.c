/* Reads the flattened device tree (Devicetree Specification 0.4, chapter 5): memory, timebase, command line. */
#include "kernel.h"

enum { FDT_MAGIC = 0xd00dfeed, FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROP = 3, FDT_NOP = 4, FDT_END = 9 };

struct boot_info boot;

/* The tree is big-endian and only 4-byte aligned. */
static u64 word(const u8 *at) { return (u64)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3]; }
static u64 words(const u8 *at) { return word(at) << 32 | word(at + 4); }

static int begins(const char *text, const char *with) {
  while (*with && *text == *with) text++, with++;
  return *with == 0;
}

static void property(const char *node, const char *name, const u8 *value, u64 bytes) {
  if (begins(node, "memory") && text_equal(name, "reg") && bytes >= 16) {
    boot.memory_start = words(value);
    boot.memory_end = boot.memory_start + words(value + 8);
  } else if (text_equal(name, "timebase-frequency")) {
    boot.timebase = bytes == 8 ? words(value) : word(value);
  } else if (text_equal(node, "chosen") && text_equal(name, "bootargs")) {
    if (bytes >= sizeof(boot.bootargs)) panic("the command line is too long");
    memcpy(boot.bootargs, value, bytes);
  }
}

void boot_read(u64 hart, const void *device_tree) {
  const u8 *tree = device_tree;
  if (word(tree) != FDT_MAGIC) panic("no device tree at a1");
  const u8 *at = tree + word(tree + 8);
  const char *strings = (const char *)tree + word(tree + 12);
  const char *node = "";
  boot.hart = hart;
  for (;;) {
    u64 token = word(at);
    at += 4;
    if (token == FDT_BEGIN_NODE) {
      node = (const char *)at;
      at += (text_length(node) + 4) & ~3ull;
    } else if (token == FDT_PROP) {
      u64 bytes = word(at);
      property(node, strings + word(at + 4), at + 8, bytes);
      at += 8 + ((bytes + 3) & ~3ull);
    } else if (token == FDT_END) {
      break;
    } else if (token != FDT_END_NODE && token != FDT_NOP) {
      panic("the device tree is malformed");
    }
  }
  if (!boot.memory_end || !boot.timebase) panic("the device tree lacks memory or timebase-frequency");
}

/* The text behind `name=`, or NULL. */
static const char *option(const char *name) {
  for (const char *at = boot.bootargs; *at;) {
    while (*at == ' ') at++;
    if (begins(at, name) && at[text_length(name)] == '=') return at + text_length(name) + 1;
    while (*at && *at != ' ') at++;
  }
  return NULL;
}

u64 boot_number(const char *name, u64 otherwise) {
  const char *digit = option(name);
  if (!digit || *digit < '0' || *digit > '9') return otherwise;
  u64 value = 0;
  while (*digit >= '0' && *digit <= '9') value = value * 10 + (u64)(*digit++ - '0');
  return value;
}

int boot_option(const char *name, const char *value) {
  const char *is = option(name);
  u64 length = text_length(value);
  return is && begins(is, value) && (is[length] == ' ' || is[length] == 0);
}
