#include "config/type.h"

#include <inttypes.h>
#include <string.h>

#include "config/config.h"
#include "config/measure.h"
#include "config/read.h"

typedef bool type_parser(struct slice, uint64_t *);

/* A string in units, or an integer that is so many of the basic one. */
static bool type_measure(struct read *r, const struct schema_key *key, const struct node *node,
    void *base, uint64_t basic, type_parser *parse)
{
	uint64_t v;

	if (node->kind == NODE_INTEGER && node->integer >= 0 &&
	    (uint64_t)node->integer <= INT32_MAX * 1000ull)
		v = (uint64_t)node->integer * basic;
	else if (node->kind != NODE_STRING || !parse(slice_of(node->string), &v))
		return false;
	if (read_bounds(r, key, node, v))
		memcpy(schema_member(key, base), &v, sizeof(v));
	return true;
}

static bool type_duration_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	return type_measure(r, key, node, base, 1000, measure_duration);
}

static bool type_size_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	return type_measure(r, key, node, base, 1, measure_size);
}

static uint64_t type_measured(const struct schema_key *key, const void *base)
{
	uint64_t v;

	memcpy(&v, schema_value(key, base), sizeof(v));
	return v;
}

static const char *type_duration_number(uint64_t v, char text[SCHEMA_NUMBER])
{
	char number[MEASURE_TEXT];

	snprintf(text, SCHEMA_NUMBER, "\"%s\"", measure_duration_text(v, number));
	return text;
}

static const char *type_size_number(uint64_t v, char text[SCHEMA_NUMBER])
{
	char number[MEASURE_TEXT];

	snprintf(text, SCHEMA_NUMBER, "\"%s\"", measure_size_text(v, number));
	return text;
}

static void type_duration_print(FILE *f, const struct schema_key *key, const void *base)
{
	char text[SCHEMA_NUMBER];

	fputs(type_duration_number(type_measured(key, base), text), f);
}

static void type_size_print(FILE *f, const struct schema_key *key, const void *base)
{
	char text[SCHEMA_NUMBER];

	fputs(type_size_number(type_measured(key, base), text), f);
}

static bool type_drain_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	const uint64_t keep = CONFIG_KEEP;

	if (node->kind != NODE_STRING || strcmp(node->string, "keep") != 0)
		return type_duration_read(r, key, node, base);
	memcpy(schema_member(key, base), &keep, sizeof(keep));
	return true;
}

static void type_drain_print(FILE *f, const struct schema_key *key, const void *base)
{
	if (type_measured(key, base) == CONFIG_KEEP)
		fputs("\"keep\"", f);
	else
		type_duration_print(f, key, base);
}

static bool type_mode_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	if (node->kind == NODE_INTEGER) {
		read_wrong(r, key, node, "write it in quotes");
		return true;
	}
	return node->kind == NODE_STRING &&
	    measure_mode(slice_of(node->string), schema_member(key, base));
}

static void type_mode_print(FILE *f, const struct schema_key *key, const void *base)
{
	unsigned mode;

	memcpy(&mode, schema_value(key, base), sizeof(mode));
	fprintf(f, "\"%04o\"", mode);
}

const struct schema_type type_duration = {
	.name = "duration",
	.expects = "a duration",
	.example = "\"250ms\", \"30s\", \"5m\", \"1h\" or \"7d\"",
	.literal = NODE_STRING,
	.read = type_duration_read,
	.print = type_duration_print,
	.number = type_duration_number,
};

const struct schema_type type_drain = {
	.name = "duration or word",
	.expects = "\"keep\" or a duration",
	.example = "\"5m\"",
	.literal = NODE_STRING,
	.read = type_drain_read,
	.print = type_drain_print,
	.number = type_duration_number,
};

const struct schema_type type_size = {
	.name = "size",
	.expects = "a size",
	.example = "\"512\", \"64K\", \"1M\" or \"2G\"",
	.literal = NODE_STRING,
	.read = type_size_read,
	.print = type_size_print,
	.number = type_size_number,
};

const struct schema_type type_mode = {
	.name = "mode",
	.expects = "a file mode",
	.example = "\"0660\"",
	.literal = NODE_STRING,
	.read = type_mode_read,
	.print = type_mode_print,
};

static bool type_rate_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	struct bucket_rate *rate = schema_member(key, base);

	(void)r;
	if (node->kind == NODE_INTEGER && node->integer == 0) {
		*rate = (struct bucket_rate){0, 0, 0};
		return true;
	}
	return node->kind == NODE_STRING && measure_rate(slice_of(node->string), rate);
}

static void type_rate_print(FILE *f, const struct schema_key *key, const void *base)
{
	char text[MEASURE_RATE_TEXT];

	fprintf(f, "\"%s\"", measure_rate_text(schema_value(key, base), text));
}

const struct schema_type type_rate = {
	.name = "rate",
	.expects = "a rate",
	.example = "\"20/s\", \"1M/s\", \"600/m burst 40\", or \"0\"",
	.literal = NODE_STRING,
	.read = type_rate_read,
	.print = type_rate_print,
};
