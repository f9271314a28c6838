/* `framegate version`. */
#ifndef VERSION_H
#define VERSION_H

#include "process/command.h"

int	version_run(const struct arguments *);

#endif
