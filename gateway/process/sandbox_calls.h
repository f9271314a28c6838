/*
 * The system calls that are left, for all threads: those that this program and its libraries make.
 * Any other is not made, fails with EPERM, and is told, once for each that is made.
 */
#ifndef SANDBOX_CALLS_H
#define SANDBOX_CALLS_H

#include <signal.h>
#include <stdbool.h>

struct sandbox_call {
	int	number;
	int	thread;
};

/* 0, or the number of an error: ENOSYS, there is nothing to limit them with. */
int		 sandbox_calls_limit(void);
/* In the handler of SIGSYS: which one was refused. It fails as if the kernel had said EPERM. */
struct sandbox_call sandbox_calls_refuse(const siginfo_t *, void *context);
/* The caller's, to be freed; NULL: nobody knows. */
char		*sandbox_calls_name(int number);

#endif
