# M-mode entry and trap vector of the test bed; a trap's registers lie on the stack in order of their numbers.
.section .text.boot, "ax"
.globl _start
_start:
  la sp, stack_top
  call testbed_main

.macro all op
  .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  \op x\n, \n*8(sp)
  .endr
.endm

.text
.balign 4
.globl trap_entry
trap_entry:
  csrrw sp, mscratch, sp
  addi sp, sp, -256
  all sd
  mv a0, sp
  call testbed_trap
  all ld
  addi sp, sp, 256
  csrrw sp, mscratch, sp
  mret

# enter_guest(hart, device tree, magic, delta, root): into S-mode at mepc.
.globl enter_guest
enter_guest:
  la t0, stack_top
  csrw mscratch, t0
  mret

.bss
.balign 16
  .space 16384
stack_top:
