#include "admin/metrics_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum { METRICS_NUMBER = 32, METRICS_SECOND = 1000 * 1000, METRICS_LABELS_MOST = 8 };

/* What both formats have for a type, and what its samples' names end with. */
static const struct {
	const char	*prometheus, *open_metrics, *suffix;
} metrics_text_types[] = {
	[METRIC_COUNTER] = {"counter", "counter", "_total"},
	[METRIC_GAUGE] = {"gauge", "gauge", ""},
	[METRIC_HISTOGRAM] = {"histogram", "histogram", ""},
	[METRIC_INFO] = {"gauge", "info", "_info"},
	/* Without its _total the name is taken, and OpenMetrics has no other for a counter. */
	[METRIC_TOTAL] = {"counter", "unknown", ""},
};

static void metrics_text_add(struct metrics_text *t, const char *text)
{
	buffer_add(t->out, slice_of(text));
}

/* Quotes, backslashes and line ends are escaped; what is no text is shown as such. */
static void metrics_text_value(struct metrics_text *t, const char *value)
{
	struct slice rest = slice_of(value);
	bool bad;

	while (rest.n > 0) {
		size_t plain = strcspn(rest.p, "\\\"\n");
		size_t valid = utf8_prefix((const uint8_t *)rest.p, plain, &bad);
		buffer_add(t->out, (struct slice){rest.p, valid});
		if (valid < plain)
			metrics_text_add(t, "?");
		else if (plain < rest.n)
			metrics_text_add(t, rest.p[plain] == '\n' ? "\\n"
			    : rest.p[plain] == '"' ? "\\\"" : "\\\\");
		if (valid == rest.n)
			return;
		rest = (struct slice){rest.p + valid + 1, rest.n - valid - 1};
	}
}

static void metrics_text_sample(struct metrics_text *t, const char *suffix, const char *number,
    const struct metrics_label *labels, size_t n)
{
	metrics_text_add(t, t->metric->name);
	metrics_text_add(t, suffix);
	for (size_t i = 0; i < n; i++) {
		metrics_text_add(t, i ? "," : "{");
		metrics_text_add(t, labels[i].name);
		metrics_text_add(t, "=\"");
		metrics_text_value(t, labels[i].value);
		metrics_text_add(t, "\"");
	}
	metrics_text_add(t, n ? "} " : " ");
	metrics_text_add(t, number);
	metrics_text_add(t, "\n");
}

void metrics_text_family(struct metrics_text *t, const struct metric *m)
{
	const char *suffix = t->open_metrics ? "" : metrics_text_types[m->type].suffix;

	t->metric = m;
	buffer_printf(t->out, "# HELP %s%s %s\n# TYPE %s%s %s\n", m->name, suffix, m->help, m->name,
	    suffix, t->open_metrics ? metrics_text_types[m->type].open_metrics
	    : metrics_text_types[m->type].prometheus);
	if (t->open_metrics && m->unit)
		buffer_printf(t->out, "# UNIT %s %s\n", m->name, m->unit);
}

void metrics_text_number(struct metrics_text *t, uint64_t value,
    const struct metrics_label *labels, size_t n)
{
	char number[METRICS_NUMBER];

	snprintf(number, sizeof(number), "%" PRIu64, value);
	metrics_text_sample(t, metrics_text_types[t->metric->type].suffix, number, labels, n);
}

void metrics_text_gauge(struct metrics_text *t, int64_t value, const struct metrics_label *labels,
    size_t n)
{
	metrics_text_number(t, value > 0 ? (uint64_t)value : 0, labels, n);
}

static void metrics_text_seconds(char number[METRICS_NUMBER], uint64_t us)
{
	snprintf(number, METRICS_NUMBER, "%" PRIu64 ".%06u", us / METRICS_SECOND,
	    (unsigned)(us % METRICS_SECOND));
}

void metrics_text_us(struct metrics_text *t, uint64_t us, const struct metrics_label *labels,
    size_t n)
{
	char number[METRICS_NUMBER];

	metrics_text_seconds(number, us);
	metrics_text_sample(t, metrics_text_types[t->metric->type].suffix, number, labels, n);
}

/* "0.0005", "1.0": the same in both formats, or a bucket would have two names. */
static void metrics_text_bound(char number[METRICS_NUMBER], unsigned i)
{
	if (i == HISTOGRAM_BUCKETS) {
		strcpy(number, "+Inf");
		return;
	}
	metrics_text_seconds(number, histogram_bounds[i]);
	for (size_t end = strlen(number) - 1; number[end] == '0' && number[end - 1] != '.'; end--)
		number[end] = '\0';
}

void metrics_text_histogram(struct metrics_text *t, const struct histogram_sum *h,
    const struct metrics_label *labels, size_t n)
{
	struct metrics_label with_bound[METRICS_LABELS_MOST];
	char bound[METRICS_NUMBER], number[METRICS_NUMBER];
	uint64_t count = 0;

	memcpy(with_bound, labels, n * sizeof(*labels));
	with_bound[n] = (struct metrics_label){"le", bound};
	for (unsigned i = 0; i <= HISTOGRAM_BUCKETS; i++) {
		count += h->counts[i];
		metrics_text_bound(bound, i);
		snprintf(number, sizeof(number), "%" PRIu64, count);
		metrics_text_sample(t, "_bucket", number, with_bound, n + 1);
	}
	metrics_text_sample(t, "_count", number, labels, n);
	metrics_text_seconds(number, h->sum);
	metrics_text_sample(t, "_sum", number, labels, n);
}

void metrics_text_end(struct metrics_text *t)
{
	if (t->open_metrics)
		metrics_text_add(t, "# EOF\n");
}

const char *metrics_text_type(bool open_metrics)
{
	return open_metrics ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
	    : "text/plain; version=0.0.4; charset=utf-8";
}

/* Thousandths, of the parameters of one element of Accept (RFC 9110 section 12.4.2). */
static unsigned metrics_text_quality(struct slice parameters)
{
	struct slice value, name;
	unsigned q = 0, unit = 1000;

	while (slice_cut(&parameters, ';', &value)) {
		if (!slice_cut(&value, '=', &name) || !slice_ieq(slice_trim(name), SLICE("q")))
			continue;
		value = slice_trim(value);
		for (size_t i = 0; i < value.n && unit > 0; i++) {
			if (value.p[i] == '.')
				continue;
			q += (unsigned)(value.p[i] - '0') % 10 * unit;
			unit /= 10;
		}
		return q;
	}
	return 1000;
}

bool metrics_text_wanted(struct slice accept)
{
	unsigned open_metrics = 0, text = 0, others = 0;
	struct slice part, type;

	while (slice_cut(&accept, ',', &part)) {
		slice_cut(&part, ';', &type);
		type = slice_trim(type);
		unsigned q = metrics_text_quality(part);
		unsigned *best = slice_ieq(type, SLICE("text/plain")) ? &text
		    : slice_ieq(type, SLICE("application/openmetrics-text")) ? &open_metrics
		    : &others;
		*best = q > *best ? q : *best;
	}
	return open_metrics > 0 && open_metrics >= text;
}
