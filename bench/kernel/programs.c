/* The table of programs that the build lays behind the kernel's code (generated/programs.S). */
#include "kernel.h"

extern const struct program program_table[], program_table_end[];

const struct program *program_find(const char *name) {
  for (const struct program *program = program_table; program < program_table_end; program++)
    if (text_equal(program->name, name)) return program;
  return NULL;
}
