/*
 * What the kernel's command line (/chosen/bootargs) may say besides the parameters of the workload: name, values,
 * meaning. init refuses what is neither here nor a parameter.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#define BOOT_OPTIONS(X)                                                                         \
  X(workload, "<id>", "the workload to run")                                                    \
  X(quick, "0|1", "1: the workload's short form")                                               \
  X(kernel_pages, "2m|4k", "pages by which the kernel maps RAM for itself (hardware form)")     \
  X(asid, "1|0", "0: address spaces share ASID 0, and every switch flushes")                    \
  X(ad, "hw|preset", "preset: user pages are mapped with A and D set; hw: whoever comes first") \
  X(slice_us, "microseconds", "length of a time slice, 10000 when not given")                   \
  X(time, "0|1", "1: prints how long the measured region took, by the clock of the machine")    \
  X(pv_batch, "1..2048", "page-table updates sent at once at most (paravirtual form)")

#endif
