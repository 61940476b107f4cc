/* Extended attributes of a tmpfs. */
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

int main(void) {
  char buffer[100];
  int fd = open("f", O_RDWR | O_CREAT, 0644);
  symlink("f", "l");
  mkdir("d", 0755);
  SAY(getxattr("f", "user.a", buffer, sizeof buffer));
  SAY(setxattr("f", "user.a", "hello", 5, XATTR_REPLACE));
  SAY(setxattr("f", "user.a", "hello", 5, XATTR_CREATE));
  SAY(setxattr("f", "user.a", "world!", 6, XATTR_CREATE));
  SAY(setxattr("l", "user.a", "world!", 6, 0));
  SAY(getxattr("f", "user.a", buffer, 0));
  SAY(getxattr("f", "user.a", buffer, 3));
  SAY(fgetxattr(fd, "user.a", buffer, sizeof buffer));
  SAY(memcmp(buffer, "world!", 6));
  SAY(fsetxattr(fd, "user.b", "", 0, 0));
  SAY(listxattr("f", buffer, sizeof buffer));
  SAY(memcmp(buffer, "user.a\0user.b", 14));
  SAY(lsetxattr("l", "user.a", "x", 1, 0));
  SAY(setxattr("d", "user.a", "x", 1, 0));
  SAY(setxattr("f", "nonsense", "x", 1, 0));
  SAY(setxattr("f", "user.a", buffer, 65537, 0));
  SAY(removexattr("f", "user.a"));
  SAY(removexattr("f", "user.a"));
  SAY(flistxattr(fd, buffer, sizeof buffer));
  SAY(setxattr("none", "user.a", "x", 1, 0));
  return 0;
}
