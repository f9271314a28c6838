/* `framegate config defaults` and `framegate config dump`. */
#ifndef SHOW_CONFIG_H
#define SHOW_CONFIG_H

#include "process/command.h"

int	show_config_run(const struct arguments *);

#endif
