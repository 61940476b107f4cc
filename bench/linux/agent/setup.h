/* What process 1 prepares before anything else runs. */
#ifndef SETUP_H
#define SETUP_H

/* Mounts, modules, host name, loop-back, shares, root disk. Fills in the options of the kernel's command line. */
void setup(void);

/* The value of an option of the kernel's command line, or NULL. Stays valid. */
const char *option(const char *name);

/* Makes the directory and mounts there; 0, or -errno. */
long mount_at(const char *source, const char *target, const char *type, unsigned long flags, const char *data);

/* Says something on the kernel's console, for a person. */
void say(const char *text, const char *what, long error);

#endif
