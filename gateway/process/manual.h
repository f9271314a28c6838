/* Manual pages in mdoc(7): prose with places in it, which the tables of the program fill. */
#ifndef MANUAL_H
#define MANUAL_H

#include "process/command.h"

/* Copies the skeleton to standard output; lines like "@commands@" are replaced. */
int	manual_run(const struct arguments *);

#endif
