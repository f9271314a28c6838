/*
 * The text of metrics, as Prometheus reads it (its text format 0.0.4) or as OpenMetrics 1.0 has it.
 * Pure.
 */
#ifndef METRICS_TEXT_H
#define METRICS_TEXT_H

#include <stdbool.h>

#include "base/buffer.h"
#include "report/histogram.h"

enum metric_type {
	METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM, METRIC_INFO,
	/* A counter, with the _total in its name, that would have a gauge's name without. */
	METRIC_TOTAL
};

struct numbers;
struct metrics_text;

/* A family of metrics: a row of metrics_table. */
struct metric {
	const char	 *name;		/* without the _total of a counter, the _info of an info */
	enum metric_type  type;
	const char	 *unit;		/* the name ends with it; NULL: none */
	const char	 *help;		/* a sentence */
	const char	 *labels;	/* for the manual: "route, direction" */
	/* One metrics_text_… for each sample. */
	void		(*samples)(struct metrics_text *, const struct numbers *);
};

struct metrics_text {
	struct buffer		*out;
	bool			 open_metrics;
	const struct metric	*metric;	/* whose samples are written */
};

struct metrics_label {
	const char	*name, *value;
};

/* Labels of one sample: METRICS_LABELS({"route", name}, {"direction", "in"}). */
#define METRICS_LABELS(...) \
	(const struct metrics_label[]){__VA_ARGS__}, \
	    sizeof((const struct metrics_label[]){__VA_ARGS__}) / sizeof(struct metrics_label)
#define METRICS_NO_LABELS NULL, 0

void	metrics_text_family(struct metrics_text *, const struct metric *);
void	metrics_text_number(struct metrics_text *, uint64_t, const struct metrics_label *,
	    size_t n);
/* A gauge may be below zero for a moment, while a worker counts what another one had counted. */
void	metrics_text_gauge(struct metrics_text *, int64_t, const struct metrics_label *, size_t n);
void	metrics_text_us(struct metrics_text *, uint64_t us, const struct metrics_label *, size_t n);
void	metrics_text_histogram(struct metrics_text *, const struct histogram_sum *,
	    const struct metrics_label *, size_t n);
void	metrics_text_end(struct metrics_text *);
/* The media type of what is written. */
const char *metrics_text_type(bool open_metrics);
/* Does the client rather have OpenMetrics? By the value of its Accept field. */
bool	metrics_text_wanted(struct slice accept);

#endif
