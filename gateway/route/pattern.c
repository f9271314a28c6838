#include "route/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/*
 * What a match may cost: some milliseconds. Sane patterns need a few steps per byte; nested
 * repetitions (a+)+ need 2^n, and would stop every session of the worker.
 */
enum { PATTERN_STEPS = 100 * 1000, PATTERN_HEAP = 4 * 1024 /* KiB */ };

struct pattern {
	pcre2_code		*code;
	pcre2_match_context	*limits;
};

struct pattern *pattern_new(const char *text, char words[PATTERN_WORDS])
{
	struct pattern *p = calloc(1, sizeof(*p));
	PCRE2_SIZE at;
	int error;

	words[0] = '\0';
	if (p == NULL)
		return NULL;
	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
	    PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (p->code == NULL || p->limits == NULL) {
		if (p->code == NULL)
			pcre2_get_error_message(error, (PCRE2_UCHAR *)words, PATTERN_WORDS);
		pattern_free(p);
		return NULL;
	}
	pcre2_set_match_limit(p->limits, PATTERN_STEPS);
	pcre2_set_heap_limit(p->limits, PATTERN_HEAP);
	/* Fails where memory must not be writable and executable; then PCRE2 interprets. */
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (p == NULL)
		return;
	pcre2_code_free(p->code);
	pcre2_match_context_free(p->limits);
	free(p);
}

/* An entry of the table of names: the group's number in two bytes, then its name and a NUL. */
static bool pattern_capture(const uint8_t *entry, struct slice subject, const PCRE2_SIZE *ends,
    struct header *h)
{
	size_t group = (size_t)entry[0] << 8 | entry[1];
	PCRE2_SIZE begin = ends[2 * group], end = ends[2 * group + 1];

	if (begin == PCRE2_UNSET || end < begin)	/* \K can put the begin behind the end */
		return false;
	h->name = slice_of((const char *)entry + 2);
	h->value = (struct slice){subject.p + begin, end - begin};
	return true;
}

static enum fault pattern_captures(const struct pattern *p, struct slice subject,
    const PCRE2_SIZE *ends, struct arena *arena, struct header **captures, unsigned *n)
{
	const uint8_t *names;
	uint32_t count, size;

	pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &names);
	*n = 0;
	*captures = NULL;
	if (count == 0)
		return FAULT_NONE;
	*captures = arena_alloc(arena, count * sizeof(**captures));
	if (*captures == NULL)
		return FAULT_NO_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		if (pattern_capture(names + (size_t)i * size, subject, ends, *captures + *n))
			++*n;
	return FAULT_NONE;
}

enum fault pattern_match(const struct pattern *p, struct slice subject, struct arena *arena,
    bool *matched, struct header **captures, unsigned *n)
{
	pcre2_match_data *m = pcre2_match_data_create_from_pattern(p->code, NULL);
	enum fault f = FAULT_NONE;

	if (m == NULL)
		return FAULT_NO_MEMORY;
	PCRE2_SPTR at = (PCRE2_SPTR)subject.p;
	int groups = pcre2_match(p->code, at, subject.n, 0, 0, m, p->limits);
	/* Deep recursion on a long path; the interpreter has a heap for it. */
	if (groups == PCRE2_ERROR_JIT_STACKLIMIT)
		groups = pcre2_match(p->code, at, subject.n, 0, PCRE2_NO_JIT, m, p->limits);
	*matched = groups > 0;
	if (*matched)
		f = pattern_captures(p, subject, pcre2_get_ovector_pointer(m), arena, captures, n);
	else if (groups == PCRE2_ERROR_NOMEMORY)
		f = FAULT_NO_MEMORY;
	else if (groups != PCRE2_ERROR_NOMATCH)
		f = FAULT_PATTERN_LIMIT;
	pcre2_match_data_free(m);
	return f;
}
