# Linux leaves argc on top of the stack and argv above it; what the program is called does not matter to a workload.
.text
.globl _start
_start:
  ld a0, 0(sp)
  addi a0, a0, -1
  addi a1, sp, 16
  andi sp, sp, -16
  call main
  call exit
