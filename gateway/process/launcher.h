/*
 * The launcher: a small process of our own, forked before anything else, which starts a new program
 * on our behalf when this one cannot any more: it has given up its privileges, and the sandbox does
 * not let it execute anything. It reads nothing but what this process asks for, holds no keys, and
 * ends with it. The program is the one that is found by then where this one was found.
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>

/* Descriptors of a program that is launched: 2 is the first that is passed, the others follow. */
enum { LAUNCHER_FIRST = 3, LAUNCHER_MOST = 1024 };

enum launcher_event {
	LAUNCHER_STARTED,	/* number: its process id */
	LAUNCHER_FAILED,	/* it could not be started; number: errno */
	LAUNCHER_ENDED		/* number: as of waitpid */
};

struct launcher_news {
	enum launcher_event	 event;
	int			 number;
};

/* The end to ask at, or -1: there is none, and errno says why. No other thread runs yet. */
int	launcher_start(void);
void	launcher_stop(int end);	/* it ends; what it has launched goes on */
/*
 * The program is started with further variables, "NAME=VALUE" in n bytes, each with its NUL, and
 * these descriptors; words becomes its standard error. News follow. False: errno says why.
 */
bool	launcher_ask(int end, const char *variables, size_t n, int words, const int *fds,
	    size_t n_fds);
/* What was started last is killed, if it still runs; what was asked for in part is forgotten. */
void	launcher_kill(int end);
/* 1: there were news, 0: none now, -1: there is no launcher any more. */
int	launcher_hear(int end, struct launcher_news *);

#endif
