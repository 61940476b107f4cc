// One side of a conversation over a network: `serve PORT`, `send HOST PORT BYTES`, `ping HOST`.
#include "check.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

static unsigned long sum;
static void add(const char *b, long n) { for (long i = 0; i < n; i++) sum = sum * 31 + (unsigned char)b[i]; }

static int resolve(const char *host, struct sockaddr_in *a) {
  struct addrinfo hint = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;
  int e = getaddrinfo(host, 0, &hint, &found);
  if (e) { printf("%s: %s\n", host, gai_strerror(e)); return -1; }
  *a = *(struct sockaddr_in *)found->ai_addr;
  freeaddrinfo(found);
  return 0;
}

int main(int argc, char **argv) {
  char b[16384];
  struct sockaddr_in a = {.sin_family = AF_INET};
  if (!strcmp(argv[1], "serve")) {
    int l = socket(AF_INET, SOCK_STREAM, 0);
    a.sin_port = htons(atoi(argv[2]));
    if (bind(l, (void *)&a, sizeof a) || listen(l, 4)) { perror("serve"); return 1; }
    socklen_t n = sizeof a;
    int c = accept(l, (void *)&a, &n);
    long total = 0;
    for (long got; (got = read(c, b, sizeof b)) > 0; total += got) add(b, got);
    printf("%ld bytes %lx from %s\n", total, sum, inet_ntoa(a.sin_addr));
    dprintf(c, "got %ld\n", total);
    return 0;
  }
  if (resolve(argv[2], &a)) return 1;
  if (!strcmp(argv[1], "ping")) {
    int s = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    struct timeval tv = {2, 0};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    struct icmphdr h = {.type = ICMP_ECHO, .un.echo.sequence = htons(7)};
    sendto(s, &h, sizeof h, 0, (void *)&a, sizeof a);
    long n = recv(s, &h, sizeof h, 0);
    if (n < 0) { perror("ping"); return 1; }
    printf("%ld bytes from %s: type %d seq %d\n", n, inet_ntoa(a.sin_addr), h.type, ntohs(h.un.echo.sequence));
    return 0;
  }
  int s = socket(AF_INET, SOCK_STREAM, 0);
  a.sin_port = htons(atoi(argv[3]));
  for (int i = 0; connect(s, (void *)&a, sizeof a); i++) {
    if (i == 100) { perror("send"); return 1; }
    close(s); s = socket(AF_INET, SOCK_STREAM, 0);
    usleep(50000);
  }
  long total = atol(argv[4]);
  for (long done = 0; done < total;) {
    long n = sizeof b < total - done ? sizeof b : total - done;
    for (long i = 0; i < n; i++) b[i] = (done + i) * 13 + ((done + i) >> 8);
    add(b, n);
    if (write(s, b, n) != n) { perror("write"); return 1; }
    done += n;
  }
  shutdown(s, SHUT_WR);
  long n = read(s, b, sizeof b);
  printf("sent %lx, %.*s", sum, n > 0 ? (int)n : 0, b);
  return 0;
}
