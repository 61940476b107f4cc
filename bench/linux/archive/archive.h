/* Whole trees to and from tar archives (POSIX pax interchange format), so that nothing of a file is lost: owners, modes, times to the
 * nanosecond, links, device nodes, extended attributes. */
#ifndef ARCHIVE_H
#define ARCHIVE_H
#include "sys.h"

enum { BLOCK = 512, PATH_MOST = 4096, ATTRIBUTES_MOST = 128 * 1024 };
enum { S_IFMT = 0170000, S_IFSOCK = 0140000, S_IFLNK = 0120000, S_IFREG = 0100000, S_IFBLK = 0060000, S_IFDIR = 0040000, S_IFCHR = 0020000, S_IFIFO = 0010000 };

/* asm-generic/stat.h */
struct stat {
  uint64_t device, inode;
  uint32_t mode, links, user, group;
  uint64_t node, pad;
  int64_t size;
  int32_t block_size, pad2;
  int64_t blocks, accessed, accessed_ns, modified, modified_ns, changed, changed_ns;
  uint32_t unused[2];
};

/* A header of the "ustar" format. */
struct header {
  char name[100], mode[8], user[8], group[8], size[12], modified[12], sum[8], type, link[100], magic[6], version[2];
  char user_name[32], group_name[32], major[8], minor[8], prefix[155], pad[12];
};

/* Reads an archive from standard input into the root directory. 0: all of it is there; 1: what is not was said. */
int extract(void);
/* Writes what `path` names, "." for all, to standard output. */
int create(const char *path);

/* Something on standard error; `error` is an errno or 0. */
void complain(const char *what, const char *path, long error);
/* Ends at once, with what is wrong. */
_Noreturn void give_up(const char *what, long error);
/* Memory that is never given back. */
void *keep_memory(size_t n);
uint32_t header_sum(const struct header *h);
/* Where `prefix` ends in `text`, or NULL. */
const char *after(const char *text, const char *prefix);

#endif
