/*
 * Threads. The main thread alone gets the signals that are sent to the process; what a thread does
 * to itself, a system call that the sandbox refuses, is still its own.
 */
#ifndef THREAD_H
#define THREAD_H

#include <pthread.h>
#include <signal.h>

/* name: at most 15 bytes, for `top -H` and debuggers. 0, or the number of an error. */
int	thread_start(pthread_t *, const char *name, void *(*run)(void *), void *arg);
/* All signals but those that a thread causes by itself. */
void	thread_signals(sigset_t *);

#endif
