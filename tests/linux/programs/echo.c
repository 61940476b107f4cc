/* A server that says back what it is told (echo PORT, over TCP and UDP), and a client that looks names up (echo name NAME). */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int look_up(const char *name) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(name, "1", &hints, &found)) {
    printf("%s: nobody\n", name);
    return 1;
  }
  printf("%s: %s\n", name, inet_ntoa(((struct sockaddr_in *)found->ai_addr)->sin_addr));
  return 0;
}

static void serve(int fd) {
  char bytes[65536];
  long n;
  while ((n = read(fd, bytes, sizeof bytes)) > 0)
    for (long at = 0, sent; at < n; at += sent)
      if ((sent = write(fd, bytes + at, n - at)) <= 0) exit(1);
  exit(0);
}

int main(int argc, char **argv) {
  if (argc > 2 && !strcmp(argv[1], "name")) return look_up(argv[2]);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))}, from;
  int tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
  if (bind(tcp, (void *)&at, sizeof at) || listen(tcp, 16) || bind(udp, (void *)&at, sizeof at)) return 1;
  printf("listening\n");
  fflush(stdout);
  for (;;) {
    struct pollfd both[] = {{tcp, POLLIN, 0}, {udp, POLLIN, 0}};
    poll(both, 2, -1);
    if (both[0].revents) {
      int fd = accept(tcp, 0, 0);
      if (fork() == 0) serve(fd);
      close(fd);
    }
    if (both[1].revents) {
      char bytes[2048];
      socklen_t length = sizeof from;
      long n = recvfrom(udp, bytes, sizeof bytes, 0, (void *)&from, &length);
      if (n >= 0) sendto(udp, bytes, n, 0, (void *)&from, length);
    }
  }
}
