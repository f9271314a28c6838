/* framegate(8) in mdoc(7): prose with places in it, which the command tables fill. */
#ifndef MANUAL_H
#define MANUAL_H

#include <stdio.h>

/* Copies the prose; its lines "@SYNOPSIS@" and "@COMMANDS@" are replaced. */
void	manual_write(FILE *out, FILE *prose);

#endif
