/* Help on standard output, made from the command tables. */
#ifndef HELP_H
#define HELP_H

#include "process/command.h"

int	help_run(const struct arguments *);	/* all commands, or the operand's */
void	help_print(const struct command *);	/* one, with its options */

#endif
