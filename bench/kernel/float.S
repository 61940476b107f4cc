# float_save(area), float_load(area): the 32 floating-point registers and fcsr (33 x 8 bytes).
# The caller has made sstatus.FS something other than Off.
.option arch, +f, +d

.macro every op
  .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
  \op f\n, \n*8(a0)
  .endr
.endm

.text
.globl float_save
float_save:
  every fsd
  frcsr t0
  sd t0, 32*8(a0)
  ret

.globl float_load
float_load:
  every fld
  ld t0, 32*8(a0)
  fscsr t0
  ret
