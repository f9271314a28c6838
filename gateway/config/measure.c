#include "config/measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct measure_unit {
	const char	*name;
	uint64_t	 times;
};

/* Largest first. */
static const struct measure_unit measure_durations[] = {
    {"d", 24 * 60 * 60 * 1000ull},
    {"h", 60 * 60 * 1000},
    {"m", 60 * 1000},
    {"s", 1000},
    {"ms", 1},
    {NULL, 0},
};

static const struct measure_unit measure_sizes[] = {
    {"T", 1ull << 40},
    {"G", 1 << 30},
    {"M", 1 << 20},
    {"K", 1 << 10},
    {"", 1},
    {NULL, 0},
};

static const uint64_t measure_longest = 36500 * (24 * 60 * 60 * 1000ull);

/* bare: the unit when none is written. same: how units compare. */
static bool measure_parse(struct slice s, const struct measure_unit *units, const char *bare,
    bool (*same)(struct slice, struct slice), uint64_t max, uint64_t *value)
{
	size_t digits = 0;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	struct slice unit = {s.p + digits, s.n - digits};
	if (!slice_u64((struct slice){s.p, digits}, value))
		return false;
	if (unit.n == 0)
		unit = slice_of(bare);
	while (units->name && !same(unit, slice_of(units->name)))
		units++;
	if (units->name == NULL || *value > max / units->times)
		return false;
	*value *= units->times;
	return true;
}

bool measure_duration(struct slice s, uint64_t *ms)
{
	return measure_parse(s, measure_durations, "s", slice_eq, measure_longest, ms);
}

bool measure_size(struct slice s, uint64_t *bytes)
{
	return measure_parse(s, measure_sizes, "", slice_ieq, INT64_MAX, bytes);
}

bool measure_mode(struct slice s, unsigned *mode)
{
	unsigned m = 0;

	if (s.n == 0 || s.n > 4)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '7')
			return false;
		m = m * 8 + (unsigned)(s.p[i] - '0');
	}
	*mode = m;
	return m <= 0777;
}

static const char *measure_text(uint64_t v, const struct measure_unit *u, char text[MEASURE_TEXT])
{
	while (u[1].name && v % u->times != 0)
		u++;
	snprintf(text, MEASURE_TEXT, "%" PRIu64 "%s", v / u->times, u->name);
	return text;
}

const char *measure_duration_text(uint64_t ms, char text[MEASURE_TEXT])
{
	return ms == 0 ? strcpy(text, "0") : measure_text(ms, measure_durations, text);
}

const char *measure_size_text(uint64_t bytes, char text[MEASURE_TEXT])
{
	return bytes == 0 ? strcpy(text, "0") : measure_text(bytes, measure_sizes, text);
}

static const struct measure_unit measure_periods[] = {
    {"h", 60 * 60 * 1000},
    {"m", 60 * 1000},
    {"s", 1000},
    {NULL, 0},
};

/* What a bucket can count with: see bucket.c. */
static bool measure_rate_number(struct slice s, uint64_t *n)
{
	return measure_size(s, n) && *n > 0 && *n <= UINT64_C(1) << 40;
}

bool measure_rate(struct slice s, struct bucket_rate *rate)
{
	const struct measure_unit *period = measure_periods;
	struct slice number, word;

	*rate = (struct bucket_rate){0, 0, 0};
	if (slice_eq(s, SLICE("0")))
		return true;
	if (!slice_cut(&s, '/', &number) || !slice_cut(&s, ' ', &word) ||
	    !measure_rate_number(number, &rate->n))
		return false;
	while (period->name && !slice_eq(word, slice_of(period->name)))
		period++;
	rate->per = period->times;
	rate->burst = rate->n;
	if (period->name == NULL || s.p == NULL)
		return period->name != NULL;
	return slice_cut(&s, ' ', &word) && slice_eq(word, SLICE("burst")) && s.p &&
	    measure_rate_number(s, &rate->burst);
}

const char *measure_rate_text(const struct bucket_rate *rate, char text[MEASURE_RATE_TEXT])
{
	const struct measure_unit *period = measure_periods;
	char n[MEASURE_TEXT], burst[MEASURE_TEXT];

	if (rate->n == 0)
		return strcpy(text, "0");
	while (period[1].name && period->times != rate->per)
		period++;
	measure_size_text(rate->n, n);
	if (rate->burst == rate->n)
		snprintf(text, MEASURE_RATE_TEXT, "%s/%s", n, period->name);
	else
		snprintf(text, MEASURE_RATE_TEXT, "%s/%s burst %s", n, period->name,
		    measure_size_text(rate->burst, burst));
	return text;
}
