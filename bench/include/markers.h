/*
 * Markers to the lab: HINT instructions (slti x0, x0, code) that any other machine runs as no-ops. They never trap, so
 * they may stand in user code and in the kernel alike. WebAssembly has none: what runs it sees the calls of the program.
 */
#ifndef MARKERS_H
#define MARKERS_H

#include "abi.h"
#include "types.h"

#ifdef __riscv

#define MARK(code) __asm__ volatile("slti x0, x0, %0" ::"i"(code) : "memory")

#define MARK_VALUE(code, value)                                                   \
  do {                                                                            \
    register u64 marked __asm__("a0") = (value);                                  \
    __asm__ volatile("slti x0, x0, %0" ::"i"(code), "r"(marked) : "memory");       \
  } while (0)

#else

#define MARK(code) ((void)0)
#define MARK_VALUE(code, value) ((void)(value))

#endif

static inline void roi_begin(void) { MARK(HINT_ROI_BEGIN); }
static inline void roi_end(void) { MARK(HINT_ROI_END); }
static inline void publish_result(u64 checksum) { MARK_VALUE(HINT_RESULT, checksum); }
static inline void publish_iterations(u64 operations) { MARK_VALUE(HINT_ITERATIONS, operations); }

#endif
