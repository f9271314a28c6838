/* The reference of metrics, as mdoc(7). */
#ifndef METRICS_MANUAL_H
#define METRICS_MANUAL_H

#include <stdio.h>

/* Copies the prose of framegate-metrics(7), in place of whose line "@METRICS@" stands the table. */
void	metrics_manual(FILE *out, FILE *prose);

#endif
