#include "http/render_host.h"

#include <string.h>

static bool render_host_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Where the host ends in this part of it; n: not there (RFC 3986 section 3.2). */
static size_t render_host_end(struct slice part)
{
	size_t i = 0;

	while (i < part.n && part.p[i] != '/' && part.p[i] != '?' && part.p[i] != '#')
		i++;
	return i;
}

static bool render_host_is_name(struct slice part)
{
	for (size_t i = 0; i < part.n; i++)
		if (!render_host_is_alnum(part.p[i]) && memchr(".-_", part.p[i], 3) == NULL)
			return false;
	return true;
}

/* How much of the template is in front of the host: "https://", "//"; 0: it names none. */
static size_t render_host_begin(const struct template *t)
{
	struct slice text = t->n > 0 && t->segments[0].variable == TEMPLATE_LITERAL
	    ? t->segments[0].text : SLICE("");
	size_t at = render_host_end(text);
	struct slice rest = {text.p + at, text.n - at};

	return slice_starts(rest, SLICE("//")) ? at + 2 : 0;
}

/* Is the path of the location, of which all is path, the name of a host? */
static bool render_host_appears(const struct template *t, const struct slice *parts)
{
	size_t slashes = 0;

	for (size_t i = 0; i < t->n && slashes < 2; i++)
		for (size_t k = 0; k < parts[i].n && slashes < 2; k++, slashes++)
			if (parts[i].p[k] != '/')
				return false;
	return slashes == 2;
}

bool render_host_stays(const struct template *t, const struct slice *parts)
{
	size_t begin = render_host_begin(t);
	bool goes_on = false;	/* a value stands right behind the end of a name */
	char last = '\0';

	if (begin == 0)
		return !render_host_appears(t, parts);
	for (size_t i = 0; i < t->n; i++, begin = 0) {
		if (parts[i].n == begin)
			continue;
		struct slice part = {parts[i].p + begin, parts[i].n - begin};
		enum template_variable variable = t->segments[i].variable;
		size_t end = render_host_end(part);
		if (variable == TEMPLATE_LITERAL && end > 0)
			goes_on = false;
		if (variable != TEMPLATE_LITERAL && end > 0) {
			if (variable != TEMPLATE_HOST && !render_host_is_name(part))
				return false;
			goes_on |= render_host_is_alnum(last) || last == ']';
		}
		if (end < part.n)
			return !goes_on && (last != '\0' || end > 0);
		last = part.p[part.n - 1];
	}
	return !goes_on;
}
