/*
 * The guest kernel: what an operating system does to an MMU, in as few lines as can be read in one sitting.
 *
 *   Physical memory                                   Files, in reading order
 *   end of RAM  +--------------------------+          boot.c, sbi.c, print.c    who started us, and how to speak
 *               | frames (page.c)          |          page.c                    frames
 *               +--------------------------+          map.c, area.c, space.c    address spaces (drawn in space.h)
 *               | users of each frame      |          fault.c                   demand paging, copy on write
 *               +--------------------------+          arch/                     the MMU of hardware, or of a VMM
 *               | kernel stacks            |          process.c, exec.c         processes
 *               | data                     |          schedule.c, timer.c       who runs, and for how long
 *               | programs, as ELF files   |          entry.S, trap.c           the ways in
 *               | kernel code              |          syscall.c                 what programs ask for
 *   0x8020_0000 +--------------------------+          signal.c, pipe.c, file.c, float.c
 *               | firmware, never touched  |          nano.c                    the smallest measured events
 *   0x8000_0000 +--------------------------+
 */
#include "arch/arch.h"
#include "kernel.h"
#include "page.h"
#include "process.h"

extern u8 kernel_end[];

void kernel_main(u64 hart, const void *device_tree, u64 magic, u64 delta, u64 root) {
  arch_enter(magic, delta, root);
  trap_init();
  boot_read(hart, device_tree);
  page_init((u64)kernel_end, boot.memory_end);
  arch_map_kernel(boot.memory_start, boot.memory_end);
  timer_init();
  process_begin("init");
}
