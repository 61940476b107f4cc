/* Distributions: a root file system each, with its own mounts, processes, host name and IPC. */
#ifndef DISTRO_H
#define DISTRO_H
#include <stdint.h>

/* Mounts the disk that a start frame names and starts the distribution's own process 1; 0, or -errno. */
long distro_start(const unsigned char *payload, uint32_t length);
/* Asks its processes to end; what does not within two seconds is killed. */
void distro_stop(unsigned number);
/* Whether a process that ended was a distribution's process 1: its number, whose disk is free then; else 0. */
unsigned distro_ended(long pid);

/* Process 1 of a distribution, as the agent sees it; 0 where it does not run. */
long distro_pid(unsigned number);
/* Around a fork: the child becomes a process of the distribution. 0, or -errno. */
long distro_before_fork(unsigned number);
void distro_after_fork(void);
/* In that child: takes up the distribution's mounts, name and root. 0, or -errno. */
long distro_enter(unsigned number);

#endif
