# Programs of the probe and the shortest handlers that can serve them, so that every privileged instruction is counted.

# u64 run_user(handler, pc, a0, a1, a2, a3): runs a program until it makes a system call with a7 != 0, or, with
# user_return itself as the handler, until its first trap. Returns scause.
.text
.globl run_user
run_user:
  addi sp, sp, -14*8
  sd ra, 0*8(sp)
  sd s0, 1*8(sp)
  sd s1, 2*8(sp)
  sd s2, 3*8(sp)
  sd s3, 4*8(sp)
  sd s4, 5*8(sp)
  sd s5, 6*8(sp)
  sd s6, 7*8(sp)
  sd s7, 8*8(sp)
  sd s8, 9*8(sp)
  sd s9, 10*8(sp)
  sd s10, 11*8(sp)
  sd s11, 12*8(sp)
  csrw stvec, a0
  csrw sepc, a1
  csrw sscratch, sp
  li t0, 0x120        # SPP and SPIE
  csrc sstatus, t0
  mv a0, a2
  mv a1, a3
  mv a2, a4
  mv a3, a5
  li a7, 0
  sret

.balign 4
.globl user_return
user_return:
  csrr sp, sscratch
  ld ra, 0*8(sp)
  ld s0, 1*8(sp)
  ld s1, 2*8(sp)
  ld s2, 3*8(sp)
  ld s3, 4*8(sp)
  ld s4, 5*8(sp)
  ld s5, 6*8(sp)
  ld s6, 7*8(sp)
  ld s7, 8*8(sp)
  ld s8, 9*8(sp)
  ld s9, 10*8(sp)
  ld s10, 11*8(sp)
  ld s11, 12*8(sp)
  addi sp, sp, 14*8
  csrr a0, scause
  ret

# Three privileged instructions: behind the system call and back.
.balign 4
.globl syscall_handler
syscall_handler:
  bnez a7, user_return
  csrr t0, sepc
  addi t0, t0, 4
  csrw sepc, t0
  sret

# One store of the missing entry (a2 its place, a3 its value) and one privileged instruction.
.balign 4
.globl fault_handler
fault_handler:
  bnez a7, user_return
  sd a3, 0(a2)
  addi a2, a2, 8
  addi a3, a3, 1 << 10
  sret

# Programs, in a page of their own.
.section .text.user, "ax"
.balign 4096
.globl user_programs
user_programs:
# a0 system calls
.globl user_syscalls
user_syscalls:
  slti x0, x0, 1
1:
  ecall
  addi a0, a0, -1
  bnez a0, 1b
  slti x0, x0, 2
  li a7, 1
  ecall
# a0 stores, each to the next page from a1
.globl user_stores
user_stores:
  lui t1, 1
  slti x0, x0, 1
1:
  sd a0, 0(a1)
  add a1, a1, t1
  addi a0, a0, -1
  bnez a0, 1b
  slti x0, x0, 2
  li a7, 1
  ecall
.balign 4096
