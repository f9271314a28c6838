#include "admin/admin_json.h"

#include <inttypes.h>

#include "base/log_text.h"

enum { ADMIN_JSON_ESCAPE = 6, ADMIN_JSON_SLACK = 16, ADMIN_JSON_SECOND = 1000 };

void admin_json_text(struct buffer *b, struct slice text)
{
	size_t room = text.n * ADMIN_JSON_ESCAPE + ADMIN_JSON_SLACK;
	char *p = buffer_reserve(b, room + 2);

	if (p == NULL)
		return;
	struct log_text t = {p + 1, 0, room};
	log_text_value(&t, LOG_STYLE_JSON, text, room);
	p[0] = '"';
	p[1 + t.n] = '"';
	b->n += t.n + 2;
}

void admin_json_member(struct buffer *b, const char *key, struct slice text)
{
	if (text.n == 0)
		return;
	buffer_printf(b, ",\"%s\":", key);
	admin_json_text(b, text);
}

void admin_json_seconds(struct buffer *b, const char *key, uint64_t ms)
{
	buffer_printf(b, ",\"%s\":%" PRIu64 ".%03u", key, ms / ADMIN_JSON_SECOND,
	    (unsigned)(ms % ADMIN_JSON_SECOND));
}

const char *admin_json_flag(bool on)
{
	return on ? "true" : "false";
}
