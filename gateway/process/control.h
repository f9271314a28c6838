/*
 * The commands that speak to a running framegate. Each returns an enum command_exit.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "process/command.h"

int	control_status(const struct arguments *);
int	control_sessions(const struct arguments *);
int	control_close(const struct arguments *);
int	control_reload(const struct arguments *);
int	control_drain(const struct arguments *);
int	control_stop(const struct arguments *);

#endif
