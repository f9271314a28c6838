#include "config/type.h"

#include <inttypes.h>
#include <string.h>

#include "base/slice.h"
#include "config/nearest.h"
#include "config/print.h"
#include "config/read.h"

static bool type_flag_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	(void)r;
	*(bool *)schema_member(key, base) = node->integer != 0;
	return node->kind == NODE_BOOL;
}

static void type_flag_print(FILE *f, const struct schema_key *key, const void *base)
{
	fputs(*(const bool *)schema_value(key, base) ? "true" : "false", f);
}

/* Members are of 32 or 64 bits; the bounds of their keys keep values within. */
static void type_store(const struct schema_key *key, void *base, uint64_t v)
{
	uint32_t v32 = (uint32_t)v;

	if (key->size == sizeof(v32))
		memcpy(schema_member(key, base), &v32, sizeof(v32));
	else
		memcpy(schema_member(key, base), &v, sizeof(v));
}

static uint64_t type_load(const struct schema_key *key, const void *base)
{
	uint32_t v32;
	uint64_t v;

	if (key->size == sizeof(v32)) {
		memcpy(&v32, schema_value(key, base), sizeof(v32));
		return v32;
	}
	memcpy(&v, schema_value(key, base), sizeof(v));
	return v;
}

static bool type_count_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	uint64_t v = (uint64_t)node->integer;

	if (node->kind == NODE_STRING && !slice_u64(slice_of(node->string), &v))
		return false;
	if ((node->kind != NODE_INTEGER || node->integer < 0) && node->kind != NODE_STRING)
		return false;
	if (read_bounds(r, key, node, v))
		type_store(key, base, v);
	return true;
}

static const char *type_count_number(uint64_t v, char text[SCHEMA_NUMBER])
{
	snprintf(text, SCHEMA_NUMBER, "%" PRIu64, v);
	return text;
}

static void type_count_print(FILE *f, const struct schema_key *key, const void *base)
{
	uint64_t v = type_load(key, base);

	fprintf(f, v > INT32_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, v);
}

static void type_word_wrong(struct read *r, const struct schema_key *key, const struct node *node)
{
	struct nearest best = {.to = node->kind == NODE_STRING ? node->string : ""};
	const char *near = NULL;
	char list[200], why[80] = "";

	for (const struct schema_word *w = key->words; w->name; w++)
		if (nearest_try(&best, w->name))
			near = w->name;
	if (near)
		snprintf(why, sizeof(why), "did you mean \"%s\"?", near);
	else if (key->type != &type_code && (node->kind == NODE_INTEGER ||
	    node->kind == NODE_FLOAT))
		snprintf(why, sizeof(why), "a word stands in quotes");
	schema_words(key, list, sizeof(list));
	if (key->type == &type_sink)
		strncat(list, ", or a path with a '/'", sizeof(list) - strlen(list) - 1);
	read_expected(r, key, node, list, why[0] ? why : NULL);
}

/* Words that end in ':' begin a longer value. */
static bool type_word_is(const struct schema_word *w, const char *text)
{
	size_t n = strlen(w->name);

	return n && w->name[n - 1] == ':' ? strncmp(w->name, text, n) == 0
	    : strcmp(w->name, text) == 0;
}

static const struct schema_word *type_word_find(const struct schema_key *key, const char *text)
{
	const struct schema_word *w = key->words;

	while (w->name && !type_word_is(w, text))
		w++;
	return w->name ? w : NULL;
}

static bool type_word_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	const struct schema_word *w;
	char digits[24] = "";

	if (key->type->literal == NODE_INTEGER && node->kind == NODE_INTEGER)
		snprintf(digits, sizeof(digits), "%lld", node->integer);
	w = type_word_find(key, node->kind == NODE_STRING ? node->string : digits);
	if (w == NULL)
		type_word_wrong(r, key, node);
	else if (w->later)
		read_later(r, key, node);
	else if (key->size)
		type_store(key, base, (uint64_t)w->value);
	return true;
}

/* The word itself is the value. */
static bool type_word_text_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	struct schema_key check = *key;

	check.size = 0;
	if (key->flags & SCHEMA_TEMPLATE && node->kind == NODE_STRING && strstr(node->string, "${"))
		read_later(r, key, node);
	else if (!type_word_read(r, &check, node, base))
		return false;
	*(const char **)schema_member(key, base) = node->string;
	return true;
}

static const char *type_word_name(const struct schema_key *key, const void *base)
{
	const struct schema_word *w = key->words;

	while (w->name && (uint64_t)w->value != type_load(key, base))
		w++;
	return w->name;
}

static void type_word_print(FILE *f, const struct schema_key *key, const void *base)
{
	print_string(f, type_word_name(key, base));
}

static void type_code_print(FILE *f, const struct schema_key *key, const void *base)
{
	fputs(type_word_name(key, base), f);
}

static bool type_words_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	const struct schema_key one = {.name = key->name, .type = key->type, .words = key->words,
	    .size = sizeof(unsigned)};
	uint64_t bits = 0;

	if (node->kind == NODE_LIST && node->n == 0) {
		read_empty(r, key, node);
		return true;
	}
	const struct node *e = node->kind == NODE_LIST ? node->first : node;
	for (; e; e = node->kind == NODE_LIST ? e->next : NULL) {
		unsigned value = 0;
		if (!e->bad && !type_word_read(r, &one, e, &value))
			read_wrong(r, key, e, NULL);
		bits |= 1u << value;
	}
	type_store(key, base, bits);
	return true;
}

static void type_words_print(FILE *f, const struct schema_key *key, const void *base)
{
	uint64_t bits = type_load(key, base);
	size_t n = 0;

	for (const struct schema_word *w = key->words; w->name; w++)
		if (!w->later && (bits >> w->value & 1))
			print_element(f, n++, w->name);
	print_list_end(f, n);
}

static bool type_text_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	(void)r;
	*(const char **)schema_member(key, base) = node->string;
	return node->kind == NODE_STRING;
}

static bool type_string_read(struct read *r, const struct schema_key *key, const struct node *node,
    void *base)
{
	if (!read_is_text(node))
		return false;
	for (const char *p = node->string; *p; p++) {
		if ((unsigned char)*p >= 0x20 && *p != 0x7f)
			continue;
		read_wrong(r, key, node, "it cannot hold control characters");
		return true;
	}
	return type_text_read(r, key, node, base);
}

static void type_string_print(FILE *f, const struct schema_key *key, const void *base)
{
	print_string(f, *(const char *const *)schema_value(key, base));
}

const struct schema_type type_flag = {
	.name = "boolean",
	.expects = "true or false",
	.literal = NODE_BOOL,
	.read = type_flag_read,
	.print = type_flag_print,
};

const struct schema_type type_count = {
	.name = "integer",
	.expects = "a whole number",
	.literal = NODE_INTEGER,
	.read = type_count_read,
	.print = type_count_print,
	.number = type_count_number,
};

const struct schema_type type_word = {
	.name = "word",
	.expects = "one of its words",
	.literal = NODE_STRING,
	.read = type_word_read,
	.print = type_word_print,
};

const struct schema_type type_word_text = {
	.name = "word",
	.expects = "one of its words",
	.literal = NODE_STRING,
	.read = type_word_text_read,
	.print = type_string_print,
};

const struct schema_type type_code = {
	.name = "integer",
	.expects = "one of its numbers",
	.literal = NODE_INTEGER,
	.read = type_word_read,
	.print = type_code_print,
};

const struct schema_type type_words = {
	.name = "list of words",
	.expects = "one of its words",
	.literal = NODE_STRING,
	.list = true,
	.read = type_words_read,
	.print = type_words_print,
};

const struct schema_type type_string = {
	.name = "string",
	.expects = "text",
	.literal = NODE_STRING,
	.read = type_string_read,
	.print = type_string_print,
};

const struct schema_type type_text = {
	.name = "string",
	.expects = "text",
	.literal = NODE_STRING,
	.read = type_text_read,
	.print = type_string_print,
};

const struct schema_type type_strings = {
	.name = "list of strings",
	.literal = NODE_STRING,
	.list = true,
};
