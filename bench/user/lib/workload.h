/* What workload_main.c gives a workload besides bench.h. */
#ifndef WORKLOAD_H
#define WORKLOAD_H

/* The id under which it was started: several rows of the table may share a program. */
extern const char *workload_id;

#endif
