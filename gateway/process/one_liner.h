/* `framegate LISTEN TARGET`: a gateway without a file, as websockify is used. */
#ifndef ONE_LINER_H
#define ONE_LINER_H

#include <stdio.h>

#include "process/command.h"

int	one_liner_run(const struct arguments *);
/* The configuration that the arguments stand for. */
void	one_liner_write(FILE *, const struct arguments *);

#endif
