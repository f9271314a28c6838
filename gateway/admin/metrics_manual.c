#include "admin/metrics_manual.h"

#include <stdlib.h>
#include <string.h>

#include "admin/metrics.h"
#include "base/roff.h"

static const char *const metrics_manual_types[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
	[METRIC_INFO] = "gauge",
	[METRIC_TOTAL] = "counter",
};

/* As it is written in a query. */
static const char *metrics_manual_suffix(const struct metric *m)
{
	return m->type == METRIC_COUNTER ? "_total" : m->type == METRIC_INFO ? "_info" : "";
}

static void metrics_manual_item(FILE *out, const struct metric *m)
{
	fprintf(out, ".It Ic %s%s", m->name, metrics_manual_suffix(m));
	if (m->labels[0])
		fprintf(out, " No { Ns Va %s Ns No }", m->labels);
	fprintf(out, " No ( Ns %s Ns )\n", metrics_manual_types[m->type]);
	roff_sentences(out, m->help);
}

static void metrics_manual_table(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < metrics_count; i++)
		metrics_manual_item(out, &metrics_table[i]);
	fputs(".El\n", out);
}

void metrics_manual(FILE *out, FILE *prose)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, prose) >= 0)
		if (strcmp(line, "@METRICS@\n") == 0)
			metrics_manual_table(out);
		else
			fputs(line, out);
	free(line);
}
