/*
 * The pages of docs/ that are made from the program's tables: keys, commands, metrics, faults.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stdio.h>

void	reference_configuration(FILE *);
void	reference_commands(FILE *);
void	reference_metrics(FILE *);
void	reference_codes(FILE *);
void	reference_messages(FILE *);
/* A fault that advice.def says nothing of, by name; NULL: there is none. */
const char *reference_unadvised(void);

#endif
