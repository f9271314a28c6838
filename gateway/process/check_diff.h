/* `framegate check --diff`: what a reload would change, and which sessions it concerns. */
#ifndef CHECK_DIFF_H
#define CHECK_DIFF_H

#include "process/running.h"

/* On standard output. False: out of memory, which was said. */
bool	check_diff(const struct running *, const struct config *after);

#endif
