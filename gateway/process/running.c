#include "process/running.h"

#include <stdio.h>

static long running_nobody_knows(const struct running *r, const char *route)
{
	(void)r;
	(void)route;
	return RUNNING_UNKNOWN;
}

int running_ask(struct running *r, const struct arguments *a)
{
	const char *file = a->value[OPTION_AGAINST];

	*r = (struct running){.sessions = running_nobody_knows};
	if (file == NULL)
		return command_misuse(a->command, "--diff needs --against FILE: the configuration "
		    "that runs");
	r->config = config_load(file, NULL);
	return r->config ? COMMAND_DONE : COMMAND_WRONG;
}
