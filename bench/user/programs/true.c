/* Nothing at all: what exec costs by itself. Ends with its argument as status. */
#include "user.h"

int main(int argc, char **argv) {
  u64 status = 0;
  if (argc != 2 || parse_number(argv[1], &status)) return 1;
  return (int)status;
}
