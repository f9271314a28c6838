/* `framegate [run]`: a gateway by its configuration file. */
#ifndef RUN_CONFIG_H
#define RUN_CONFIG_H

#include "process/command.h"

int		 run_config_run(const struct arguments *);
/* The file that is meant: the one that was given, or the default. */
const char	*run_config_file(const struct arguments *);

#endif
