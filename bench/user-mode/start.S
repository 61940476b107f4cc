# Linux leaves argc on top of the stack and argv above it.
.text
.globl _start
_start:
  ld a0, 0(sp)
  addi a1, sp, 8
  andi sp, sp, -16
  call main
  call exit
