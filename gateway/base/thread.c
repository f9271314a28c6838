#include "base/thread.h"

void thread_signals(sigset_t *set)
{
	sigfillset(set);
	sigdelset(set, SIGSYS);	/* blocked, it would end the process */
}

int thread_start(pthread_t *thread, const char *name, void *(*run)(void *), void *arg)
{
	sigset_t set, before;

	thread_signals(&set);
	pthread_sigmask(SIG_SETMASK, &set, &before);
	int error = pthread_create(thread, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (error == 0)
		pthread_setname_np(*thread, name);
	return error;
}
