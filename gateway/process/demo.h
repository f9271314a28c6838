/* `framegate demo`: a page to try WebSockets with, and nothing to configure. */
#ifndef DEMO_H
#define DEMO_H

#include <stdio.h>

#include "process/command.h"

int	demo_run(const struct arguments *);
/* The configuration of the demo. target: HOST:PORT, or NULL for the echo. */
void	demo_write(FILE *, const char *target);

#endif
