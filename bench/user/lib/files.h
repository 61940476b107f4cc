/*
 * Files, for workloads of systems that have some: Linux (bench/user-mode) and WASI (bench/wasi). Paths are absolute. What
 * fails gives a negative number.
 */
#ifndef FILES_H
#define FILES_H

#include "types.h"

/* Where files of the guest, and files of its host, may be made. */
#define GUEST_FILES "/tmp"
#define HOST_FILES "/host"

/* A descriptor for read, write and close of user.h. */
s64 file_create(const char *path); /* for both, emptied if it was there */
s64 file_open(const char *path);   /* for reading */
s64 file_read_at(s32 file, void *to, u64 bytes, u64 at);
s64 file_write_at(s32 file, const void *from, u64 bytes, u64 at);
s64 file_size(const char *path);
s64 file_rename(const char *from, const char *to);
s64 file_remove(const char *path);
s64 folder_create(const char *path);
s64 folder_remove(const char *path);

#endif
