# Boot: a0 hart, a1 device tree; memory that has to be zero is cleared.
.section .text.boot, "ax"
.globl _start
_start:
  la sp, probe_stack_top
  la t0, bss_start
  la t1, bss_end
1:
  sd zero, 0(t0)
  addi t0, t0, 8
  bltu t0, t1, 1b
  call probe_main

.section .noinit, "aw", @nobits
.balign 16
  .space 8192
probe_stack_top:
