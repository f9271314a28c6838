#include "config/type.h"

#include <string.h>

#include "config/print.h"
#include "config/read.h"
#include "config/template.h"

/* All that is wrong in it, from the first error on. */
static void type_template_wrong(struct read *r, const struct node *node,
    struct template_error *error)
{
	size_t at = 0;

	do {
		struct mark m = node_within(node, at + error->at, error->n);
		notice_error(r->notice, &m, "%s", error->words);
		at += error->at + error->n;
	} while (error->whole && template_compile(r->arena, node->string + at, error) == NULL &&
	    error->words[0]);
}

static void type_template_take(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	const struct template **member = schema_member(key, base);
	struct template_error error;

	*member = template_compile(r->arena, node->string, &error);
	if (*member == NULL && error.words[0] == '\0')
		notice_no_memory(r->notice);
	else if (*member == NULL)
		type_template_wrong(r, node, &error);
}

static bool type_template_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	if (!read_is_text(node))
		return false;
	for (size_t i = 0; node->string[i]; i++) {
		if ((unsigned char)node->string[i] >= 0x20 && node->string[i] != 0x7f)
			continue;
		read_wrong(r, key, node, "it cannot hold control characters");
		return true;
	}
	type_template_take(r, key, node, base);
	return true;
}

/* Its own line ends are what it is for. */
static bool type_preamble_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	if (!read_is_text(node))
		return false;
	type_template_take(r, key, node, base);
	return true;
}

static const char type_hash[] = "hash:";

/* A word, or "hash:" and a template. */
static bool type_balance_read(struct read *r, const struct schema_key *key,
    const struct node *node, void *base)
{
	static const struct schema_key hash = {.name = "balance", .type = &type_template,
	    .at = offsetof(struct config_backend, hash), .size = sizeof(struct template *)};
	struct config_backend *b = base;
	struct node rest = *node;

	if (!read_is_text(node) || strncmp(node->string, type_hash, sizeof(type_hash) - 1) != 0)
		return type_word.read(r, key, node, base);
	b->balance = BALANCE_HASH;
	rest.string += sizeof(type_hash) - 1;
	return type_template_read(r, &hash, &rest, base);
}

static void type_balance_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct config_backend *b = base;

	if (b->balance != BALANCE_HASH) {
		type_word.print(f, key, base);
		return;
	}
	fprintf(f, "\"%s", type_hash);
	print_text(f, b->hash->text);
	putc('"', f);
}

static void type_template_print(FILE *f, const struct schema_key *key, const void *base)
{
	const struct template *const *member = schema_value(key, base);

	print_string(f, (*member)->text);
}

const struct schema_type type_template = {
	.name = "template",
	.expects = "text with ${variables}",
	.literal = NODE_STRING,
	.read = type_template_read,
	.print = type_template_print,
};

const struct schema_type type_preamble = {
	.name = "template",
	.expects = "text with ${variables}",
	.literal = NODE_STRING,
	.read = type_preamble_read,
	.print = type_template_print,
};

const struct schema_type type_balance = {
	.name = "word",
	.expects = "a way to balance",
	.example = "\"leastconn\" or \"hash:${client.ip}\"",
	.literal = NODE_STRING,
	.read = type_balance_read,
	.print = type_balance_print,
};
