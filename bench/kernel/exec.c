/* exec: a new address space from an ELF program of the image (System V ABI, chapter 5), then its stack of arguments. */
#include "arch/arch.h"
#include "kernel.h"
#include "process.h"
#include "riscv.h"

#define ELF_MAGIC 0x464c457fu
enum { ELF_LOAD = 1, ELF_X = 1, ELF_W = 2 };

struct elf_header {
  u32 magic;
  u8 identity[12];
  u16 type, machine;
  u32 version;
  u64 entry, program_offset, section_offset;
  u32 flags;
  u16 header_bytes, program_bytes, program_count, section_bytes, section_count, section_names;
};

struct elf_program {
  u32 type, flags;
  u64 offset, address, physical, file_bytes, memory_bytes, alignment;
};

/* One area a segment. Offset and address agree in their low bits, so that whole pages of the file can be mapped. */
static int load(struct space *space, const struct program *program, const struct elf_program *segment) {
  u64 low = segment->address % PAGE_SIZE;
  if (segment->offset % PAGE_SIZE != low || segment->address + segment->memory_bytes > MMAP_START) return -1;
  if (segment->offset + segment->file_bytes > (u64)(program->end - program->start)) return -1;
  struct area area = {
      .start = segment->address - low,
      .end = PAGE_UP(segment->address + segment->memory_bytes),
      .rights = PROT_READ | (segment->flags & ELF_W ? PROT_WRITE : 0) | (segment->flags & ELF_X ? PROT_EXEC : 0),
      .file = segment->file_bytes ? program->start + segment->offset - low : NULL,
      .file_bytes = segment->file_bytes ? segment->file_bytes + low : 0,
  };
  if (area.end > space->heap_end) space->heap_end = area.end;
  return area_add(space, area);
}

static int load_all(struct space *space, const struct program *program) {
  const struct elf_header *header = (const struct elf_header *)program->start;
  if (header->magic != ELF_MAGIC) return -1;
  const struct elf_program *segment = (const struct elf_program *)(program->start + header->program_offset);
  for (u64 i = 0; i < header->program_count; i++)
    if (segment[i].type == ELF_LOAD && segment[i].memory_bytes && load(space, program, &segment[i])) return -1;
  struct area stack = {.start = STACK_TOP - STACK_BYTES, .end = STACK_TOP, .rights = PROT_READ | PROT_WRITE};
  return area_add(space, stack);
}

/* Lays strings and argv onto the new stack. Returns argv's address, which is the stack pointer too; 0: no memory. */
static u64 push_arguments(struct space *space, const char *text, u64 count) {
  u64 bytes = 0;
  for (u64 i = 0; i < count; i++) bytes += text_length(text + bytes) + 1;
  u64 strings = STACK_TOP - bytes;
  u64 argv = (strings - (count + 1) * 8) & ~15ull;
  u64 table[EXEC_ARGUMENTS + 1];
  for (u64 i = 0, at = 0; i < count; i++, at += text_length(text + at) + 1) table[i] = strings + at;
  table[count] = 0;
  if (copy_to_user(space, strings, text, bytes) || copy_to_user(space, argv, table, (count + 1) * 8)) return 0;
  return argv;
}

s64 exec(struct process *process, const char *name, const char *text, u64 count) {
  const struct program *program = program_find(name);
  if (!program) return -1;
  struct space fresh;
  /* The process keeps its ASID: the old space is flushed when it ends, before the new one is translated through. */
  if (space_init(&fresh, process->space.asid)) return -1;
  u64 argv = load_all(&fresh, program) ? 0 : push_arguments(&fresh, text, count);
  if (!argv) {
    space_destroy(&fresh);
    return -1;
  }
  arch_activate(&fresh);
  if (process == current) arch_switch(&fresh);
  space_destroy(&process->space);
  process->space = fresh;

  float_forget(process);
  for (u64 i = 0; i < SIGNAL_COUNT; i++) process->handlers[i] = SIG_DEFAULT;
  memset(process->frame, 0, sizeof(*process->frame));
  process->frame->status = STATUS_SPIE;
  process->frame->pc = ((const struct elf_header *)program->start)->entry;
  process->frame->sp = argv;
  process->frame->a[0] = count;
  process->frame->a[1] = argv;
  return (s64)count; /* becomes a0 of the new program, by way of syscall() */
}
