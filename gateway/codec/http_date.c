#include "codec/http_date.h"

#include <stdio.h>
#include <string.h>

static const char http_date_days[] = "SunMonTueWedThuFriSat";
static const char http_date_months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

struct http_date_fields {
	int	day, month, hour, minute, second;	/* month: 0 to 11 */
	int64_t	year;
};

/* Days since 1970-01-01 of the proleptic Gregorian calendar; years begin in March here. */
static int64_t http_date_to_days(int64_t year, int month, int day)
{
	int64_t y = month < 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
	int64_t of_year = (153 * ((month + 10) % 12) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static struct http_date_fields http_date_split(int64_t days)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
	int month = (int)(m < 10 ? m + 2 : m - 10);

	return (struct http_date_fields){.day = (int)(of_year - (153 * m + 2) / 5 + 1),
	    .month = month, .year = y + era * 400 + (month < 2)};
}

void http_date_write(int64_t seconds, char out[HTTP_DATE_SIZE + 1])
{
	int64_t days = seconds / 86400, left = seconds % 86400;

	if (left < 0) {
		left += 86400;
		days--;
	}
	struct http_date_fields f = http_date_split(days);
	int weekday = (int)(((days + 4) % 7 + 7) % 7);
	snprintf(out, HTTP_DATE_SIZE + 1, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
	    http_date_days + weekday * 3, (unsigned)f.day % 100, http_date_months + f.month * 3,
	    (unsigned)f.year % 10000, (unsigned)(left / 3600) % 100, (unsigned)(left / 60 % 60),
	    (unsigned)(left % 60));
}

static int http_date_month(const char *name)
{
	for (int i = 0; i < 12; i++)
		if (memcmp(http_date_months + 3 * i, name, 3) == 0)
			return i;
	return -1;
}

static bool http_date_scan(const char *s, struct http_date_fields *f)
{
	char month[4] = "";
	int year, used = 0;

	if (sscanf(s, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &f->day, month, &year,
		&f->hour, &f->minute, &f->second, &used) == 6 && used > 0) {
		f->year = year;
	} else if (sscanf(s, "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &f->day, month,
		       &year, &f->hour, &f->minute, &f->second, &used) == 6 && used > 0) {
		f->year = year + (year < 70 ? 2000 : 1900);
	} else if (sscanf(s, "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", month, &f->day,
		       &f->hour, &f->minute, &f->second, &year, &used) == 6 && used > 0) {
		f->year = year;
	} else {
		return false;
	}
	f->month = http_date_month(month);
	return (size_t)used == strlen(s);
}

bool http_date_read(struct slice text, int64_t *seconds)
{
	char s[40];
	struct http_date_fields f = {0};

	if (text.n >= sizeof(s) || (text.n && memchr(text.p, 0, text.n)))
		return false;
	if (text.n)
		memcpy(s, text.p, text.n);
	s[text.n] = 0;
	if (!http_date_scan(s, &f) || f.month < 0 || f.day < 1 || f.day > 31 || f.year < 0 ||
	    f.hour < 0 || f.hour > 23 || f.minute < 0 || f.minute > 59 || f.second < 0 ||
	    f.second > 60)
		return false;
	int64_t days = http_date_to_days(f.year, f.month, f.day);
	struct http_date_fields back = http_date_split(days);
	if (back.day != f.day || back.month != f.month)
		return false;	/* no such day */
	*seconds = days * 86400 + f.hour * 3600 + f.minute * 60 + f.second;
	return true;
}
