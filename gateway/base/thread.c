#include "base/thread.h"

enum { THREAD_NAME = 16 };	/* bytes, as Linux has it */

void thread_signals(sigset_t *set)
{
	sigfillset(set);
	sigdelset(set, SIGSYS);	/* blocked, it would end the process */
}

/*
 * A thread begins with the name of the one that starts it. Naming it afterwards is writing a file
 * of /proc, which a process that has given up its rights may not.
 */
int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg)
{
	sigset_t set, before;
	char own[THREAD_NAME];

	thread_signals(&set);
	pthread_getname_np(pthread_self(), own, sizeof(own));
	pthread_setname_np(pthread_self(), name);
	pthread_sigmask(SIG_SETMASK, &set, &before);
	int error = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_setname_np(pthread_self(), own);
	return error;
}
