/*
 * What a gateway that runs has in force, for who compares: it is asked, or a file stands for it.
 */
#ifndef RUNNING_H
#define RUNNING_H

#include "process/command.h"
#include "config/config.h"

enum { RUNNING_UNKNOWN = -1 };

struct running {
	struct config	 *config;
	/* How many sessions are open on a route; RUNNING_UNKNOWN. */
	long		(*sessions)(const struct running *, const char *route);
};

/* Returns an enum command_exit; unless it is done, standard error says why nobody can be asked. */
int	running_ask(struct running *, const struct arguments *);

#endif
