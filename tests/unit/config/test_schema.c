/* The table of keys is sound in itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <string.h>

#include "config/schema.h"
#include "config/type.h"

typedef void check_key(const struct schema_group *, const struct schema_key *);

static void each_key(const struct schema_group *g, check_key *check)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		check(g, key);
		if (key->type == &type_group || key->type == &type_collection)
			each_key(key->group, check);
	}
}

static void check_row(const struct schema_group *g, const struct schema_key *key)
{
	size_t last = key->help ? strlen(key->help) : 0;

	assert_ptr_equal(schema_find(g, key->name), key);	/* so it is there once */
	for (const char *p = key->name; *p; p++)
		assert_true(islower((unsigned char)*p) || isdigit((unsigned char)*p) || *p == '_');
	if (last == 0 || (key->help[last - 1] != '.' && key->help[last - 1] != ')'))
		fail_msg("%s: its help is no sentence", key->name);
	assert_non_null(key->type->name);
	if (key->flags & SCHEMA_LATER)
		return;
	if (key->type != &type_include)
		assert_non_null(key->type->read);
	if (key->size && key->type->print == NULL)
		fail_msg("%s: its value cannot be printed", key->name);
	if (key->type != &type_include && key->type->expects == NULL)
		fail_msg("%s: nobody knows what it expects", key->name);
	if (key->min || key->max)
		assert_non_null(key->type->number);
	if (!key->value && !key->example && key->type != &type_group &&
	    key->type != &type_collection)
		fail_msg("%s: it has neither a default nor an example", key->name);
}

static void test_rows(void **state)
{
	(void)state;
	each_key(&schema_top, check_row);
}

/* What a type writes is as wide as the member of its keys. */
static void check_width(const struct schema_group *g, const struct schema_key *key)
{
	static const struct {
		const struct schema_type	*type;
		size_t				 size;
	} widths[] = {
	    {&type_flag, sizeof(bool)}, {&type_word, sizeof(int)}, {&type_code, sizeof(int)},
	    {&type_words, sizeof(unsigned)}, {&type_string, sizeof(char *)},
	    {&type_text, sizeof(char *)}, {&type_word_text, sizeof(char *)},
	    {&type_duration, sizeof(uint64_t)}, {&type_size, sizeof(uint64_t)},
	    {&type_mode, sizeof(unsigned)}, {&type_path, sizeof(char *)},
	    {&type_file, sizeof(char *)}, {&type_entry, sizeof(char *)},
	    {&type_directory, sizeof(char *)},
	    {&type_sink, sizeof(char *)}, {&type_template, sizeof(void *)},
	    {&type_reference, sizeof(void *)}, {&type_group, 0}, {&type_collection, 0},
	    {&type_include, 0}, {&type_defaults, 0},
	};

	(void)g;
	if (key->flags & SCHEMA_LATER)
		return;
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		if (key->type == widths[i].type && key->size != widths[i].size)
			fail_msg("%s: its member has the wrong type", key->name);
	if (key->type == &type_count)
		assert_true(key->size == 4 || key->size == 8);
}

static void test_widths(void **state)
{
	(void)state;
	each_key(&schema_top, check_width);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
