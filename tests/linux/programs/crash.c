// Faults, by name.
#include "check.h"

static int deeper(volatile int n) { volatile char room[4096]; room[0] = n; return deeper(n + 1) + room[0]; }

int main(int argc, char **argv) {
  const char *what = argv[1];
  if (!strcmp(what, "null")) *(volatile int *)0 = 1;
  if (!strcmp(what, "text")) *(volatile int *)main = 1;
  if (!strcmp(what, "jump")) ((void (*)(void))8)();
  if (!strcmp(what, "illegal")) asm volatile(".word 0");
  if (!strcmp(what, "stack")) deeper(0);
  if (!strcmp(what, "far")) *(volatile int *)0x7fffffffffffff00 = 1;
  if (!strcmp(what, "kernel")) *(volatile int *)0xffffffff80000000 = 1;
  if (!strcmp(what, "break")) asm volatile("ebreak");
  return 0;
}
