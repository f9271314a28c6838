/* The names of backends, looked up as the gateway would. */
#ifndef CHECK_NAMES_H
#define CHECK_NAMES_H

#include "config/config.h"

/* Warns on standard error about those that do not resolve just now, which is no error. */
void	check_names(const struct config *);

#endif
