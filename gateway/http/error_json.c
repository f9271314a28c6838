#include "http/error_json.h"

#include "codec/json_text.h"

void error_json(struct buffer *b, const struct exchange *x, int status, int code,
    struct slice reason, struct slice more)
{
	buffer_printf(b, "{\"error\": {\"status\": %d, \"code\": %d, \"reason\": ", status, code);
	json_text_add(b, reason, NULL);
	buffer_printf(b, "}%.*s, \"request\": \"%s\"}\n", SLICE_ARG(more), x->id);
}
