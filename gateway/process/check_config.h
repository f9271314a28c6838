/* `framegate check`: everything that can be known about a configuration without starting. */
#ifndef CHECK_CONFIG_H
#define CHECK_CONFIG_H

#include "process/command.h"

int	check_config_run(const struct arguments *);

#endif
