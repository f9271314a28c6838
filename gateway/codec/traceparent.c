#include "codec/traceparent.h"

/* "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01": where its four parts are. */
enum {
	TRACEPARENT_VERSION = 2,
	TRACEPARENT_TRACE = 3,
	TRACEPARENT_TRACE_SIZE = 32,
	TRACEPARENT_PARENT = 36,
	TRACEPARENT_PARENT_SIZE = 16,
	TRACEPARENT_FLAGS = 53,
	TRACEPARENT_SIZE = 55
};

/* Upper case is no hexadecimal here. */
static bool traceparent_is_hex(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((p[i] >= '0' && p[i] <= '9') || (p[i] >= 'a' && p[i] <= 'f')))
			return false;
	return true;
}

/* An id that is all zero is none. */
static bool traceparent_is_id(const char *p, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= p[i] != '0';
	return any && traceparent_is_hex(p, n);
}

/* Later versions may have more behind a dash (section 4.3); "ff" is none. */
bool traceparent_check(struct slice value)
{
	const char *p = value.p;

	if (value.n < TRACEPARENT_SIZE || !traceparent_is_hex(p, TRACEPARENT_VERSION) ||
	    (p[0] == 'f' && p[1] == 'f'))
		return false;
	bool first = p[0] == '0' && p[1] == '0';
	if (value.n > TRACEPARENT_SIZE && (first || p[TRACEPARENT_SIZE] != '-'))
		return false;
	return p[TRACEPARENT_VERSION] == '-' && p[TRACEPARENT_PARENT - 1] == '-' &&
	    p[TRACEPARENT_FLAGS - 1] == '-' &&
	    traceparent_is_id(p + TRACEPARENT_TRACE, TRACEPARENT_TRACE_SIZE) &&
	    traceparent_is_id(p + TRACEPARENT_PARENT, TRACEPARENT_PARENT_SIZE) &&
	    traceparent_is_hex(p + TRACEPARENT_FLAGS, TRACEPARENT_SIZE - TRACEPARENT_FLAGS);
}

struct slice traceparent_find(const struct header *headers, unsigned n)
{
	const struct slice name = SLICE("traceparent"), none = {NULL, 0};
	struct slice found = none;

	for (unsigned i = 0; i < n; i++) {
		if (!slice_ieq(headers[i].name, name))
			continue;
		if (found.n > 0 || !traceparent_check(headers[i].value))
			return none;
		found = headers[i].value;
	}
	return found;
}
