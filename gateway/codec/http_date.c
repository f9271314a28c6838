#include "codec/http_date.h"

#include <string.h>

#include "base/clock.h"

enum { DAY = 24 * 60 * 60 };

static const char http_date_months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char http_date_days[] = "SunMonTueWedThuFriSat";
static const char *const http_date_long_days[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};

struct date {
	int64_t		year;
	unsigned	month, day, hour, minute, second;	/* month and day from 1 */
};

/*
 * Days since 1970-01-01. Years are counted from March, so that a leap day comes last, in eras of
 * 400 years, which all have the same number of days.
 */
static int64_t http_date_to_days(int64_t year, unsigned month, unsigned day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t in_era = y - era * 400;
	int64_t in_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

/* The other way round. */
static void http_date_from_days(int64_t days, struct date *d)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t in_era = z - era * 146097;
	int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * y + y / 4 - y / 100);
	int64_t m = (5 * in_year + 2) / 153;

	d->day = (unsigned)(in_year - (153 * m + 2) / 5 + 1);
	d->month = (unsigned)(m < 10 ? m + 3 : m - 9);
	d->year = y + era * 400 + (d->month <= 2);
}

static char *http_date_put(char *out, uint64_t value, unsigned digits)
{
	for (unsigned i = digits; i-- > 0; value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + digits;
}

static char *http_date_copy(char *out, const char *text, size_t n)
{
	memcpy(out, text, n);
	return out + n;
}

void http_date_write(int64_t seconds, char out[HTTP_DATE_SIZE + 1])
{
	int64_t days = (seconds >= 0 ? seconds : seconds - (DAY - 1)) / DAY;
	uint64_t time = (uint64_t)(seconds - days * DAY);
	int64_t weekday = (days % 7 + 7 + 4) % 7;	/* the first day was a Thursday */
	struct date d;

	http_date_from_days(days, &d);
	out = http_date_copy(out, http_date_days + 3 * weekday, 3);
	out = http_date_copy(out, ", ", 2);
	out = http_date_put(out, d.day, 2);
	*out++ = ' ';
	out = http_date_copy(out, http_date_months + 3 * (d.month - 1), 3);
	*out++ = ' ';
	out = http_date_put(out, (uint64_t)d.year, 4);
	*out++ = ' ';
	out = http_date_put(out, time / 3600, 2);
	*out++ = ':';
	out = http_date_put(out, time / 60 % 60, 2);
	*out++ = ':';
	out = http_date_put(out, time % 60, 2);
	http_date_copy(out, " GMT", sizeof(" GMT"));
}

/* Takes exactly that many digits off the front. */
static bool http_date_number(struct slice *s, unsigned digits, unsigned *value)
{
	uint64_t v;

	if (s->n < digits || !slice_u64((struct slice){s->p, digits}, &v))
		return false;
	*value = (unsigned)v;
	s->p += digits;
	s->n -= digits;
	return true;
}

static bool http_date_literal(struct slice *s, struct slice text)
{
	if (!slice_starts(*s, text))
		return false;
	s->p += text.n;
	s->n -= text.n;
	return true;
}

/* One of the names, three letters each; *index counts from 0. */
static bool http_date_name(struct slice *s, const char *names, unsigned *index)
{
	for (*index = 0; names[3 * *index]; ++*index)
		if (http_date_literal(s, (struct slice){names + 3 * *index, 3}))
			return true;
	return false;
}

static bool http_date_long_day(struct slice *s)
{
	for (size_t i = 0; i < 7; i++)
		if (http_date_literal(s, slice_of(http_date_long_days[i])))
			return true;
	return false;
}

/* RFC 9110: what looks more than 50 years ahead is the most recent year with those digits. */
static int64_t http_date_century(unsigned two_digits)
{
	struct date today;

	http_date_from_days((int64_t)(clock_wall_ms() / 1000) / DAY, &today);
	int64_t year = today.year - today.year % 100 + two_digits;
	return year > today.year + 50 ? year - 100 : year;
}

/*
 * w, W: day of the week, short, long; d: day, e: day padded with a space; m: month; Y: year, y: its
 * last two digits; t: time of day. Anything else stands for itself.
 */
static const char *const http_date_forms[] = {
	"w, d m Y t GMT",	/* Sun, 06 Nov 1994 08:49:37 GMT */
	"W, d-m-y t GMT",	/* Sunday, 06-Nov-94 08:49:37 GMT */
	"w m e t Y",		/* Sun Nov  6 08:49:37 1994 */
};

static bool http_date_part(char what, struct slice *s, struct date *d)
{
	unsigned v;

	switch (what) {
	case 'w':
		return http_date_name(s, http_date_days, &v);
	case 'W':
		return http_date_long_day(s);
	case 'e':
		return http_date_number(s, http_date_literal(s, SLICE(" ")) ? 1 : 2, &d->day);
	case 'd':
		return http_date_number(s, 2, &d->day);
	case 'm':
		if (!http_date_name(s, http_date_months, &v))
			return false;
		d->month = v + 1;
		return true;
	case 'Y':
	case 'y':
		if (!http_date_number(s, what == 'Y' ? 4 : 2, &v))
			return false;
		d->year = what == 'Y' ? (int64_t)v : http_date_century(v);
		return true;
	case 't':
		return http_date_number(s, 2, &d->hour) && http_date_literal(s, SLICE(":")) &&
		    http_date_number(s, 2, &d->minute) && http_date_literal(s, SLICE(":")) &&
		    http_date_number(s, 2, &d->second);
	default:
		return http_date_literal(s, (struct slice){&what, 1});
	}
}

static bool http_date_real(const struct date *d)
{
	static const uint8_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = d->year % 4 == 0 && (d->year % 100 != 0 || d->year % 400 == 0);

	return d->day >= 1 && d->day <= days[d->month - 1] &&
	    (d->month != 2 || d->day <= 28u + leap) && d->hour <= 23 && d->minute <= 59 &&
	    d->second <= 60;
}

bool http_date_read(struct slice text, int64_t *seconds)
{
	for (size_t i = 0; i < sizeof(http_date_forms) / sizeof(http_date_forms[0]); i++) {
		const char *form = http_date_forms[i];
		struct slice s = text;
		struct date d = {0};
		while (*form && http_date_part(*form, &s, &d))
			form++;
		if (*form || s.n > 0 || !http_date_real(&d))
			continue;
		*seconds = http_date_to_days(d.year, d.month, d.day) * DAY + d.hour * 3600 +
		    d.minute * 60 + d.second;
		return true;
	}
	return false;
}
