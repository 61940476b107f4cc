/* Programs the host started, their standard streams, and the terminal of those that have one. */
#ifndef SESSION_H
#define SESSION_H
#include "agent_abi.h"
#include "sys.h"

struct session {
  int used;
  uint16_t id;
  long pid;
  /* Ends of the agent; -1: closed. With a terminal `in` and `out` are its master, and `err` is -1. */
  int in, out, err;
  int terminal;
  /* Whether its output is held back. */
  int held;
  int input_ended, exited, status;
  /* Input the program has not taken yet. */
  uint32_t head, length;
  unsigned char input[AGENT_WINDOW];
};

/* Starts what an exec frame asks for; 0, or -errno. */
long session_start(struct session *s, const unsigned char *payload, uint32_t length);
/* Writes pending input as far as the program takes it; returns the bytes taken. */
uint32_t session_feed(struct session *s);
void session_resize(struct session *s, uint16_t rows, uint16_t columns);
void session_signal(struct session *s, int signal);
void session_close(struct session *s);

#endif
