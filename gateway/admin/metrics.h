/*
 * The metrics, each a row of one table: what is exposed, and framegate-metrics(7).
 */
#ifndef METRICS_H
#define METRICS_H

#include <stdio.h>

#include "admin/metrics_text.h"
#include "admin/numbers.h"

extern const struct metric metrics_table[];
extern const size_t	   metrics_count;

void	metrics_write(struct buffer *, const struct numbers *, bool open_metrics);
/* The places where bytes rest, in the order of the table; NULL when i is beyond the last. */
const char *metrics_place(const struct numbers *, size_t i, int64_t *bytes);

#endif
