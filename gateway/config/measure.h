/*
 * Durations, sizes and modes as people write them.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include "base/bucket.h"
#include "base/slice.h"

enum { MEASURE_TEXT = 21, MEASURE_RATE_TEXT = 64 };

/* "250ms" "30s" "5m" "1h" "7d", or digits: seconds. Milliseconds; at most a hundred years. */
bool	measure_duration(struct slice, uint64_t *ms);
/* "512" "64K" "1M" "2G" "1T"; below 2^63. */
bool	measure_size(struct slice, uint64_t *bytes);
/* "0660": octal, at most "0777". */
bool	measure_mode(struct slice, unsigned *mode);
/* "20/s", "600/m burst 40", "1M/h"; "0": none. Without a burst: all of one second, minute, hour. */
bool	measure_rate(struct slice, struct bucket_rate *);
const char *measure_rate_text(const struct bucket_rate *, char text[MEASURE_RATE_TEXT]);
/* In the largest unit that is exact; the functions above read it back. */
const char *measure_duration_text(uint64_t ms, char text[MEASURE_TEXT]);
const char *measure_size_text(uint64_t bytes, char text[MEASURE_TEXT]);

#endif
