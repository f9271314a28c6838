#include "codec/sse.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"

bool sse_can_hold(struct slice data)
{
	return data.n == 0 || memchr(data.p, '\r', data.n) == NULL;
}

static void sse_begin(struct buffer *b, uint64_t id, struct slice name)
{
	if (id)
		buffer_printf(b, "id: %" PRIu64 "\n", id);
	if (name.n > 0)
		buffer_printf(b, "event: %.*s\n", SLICE_ARG(name));
}

void sse_add(struct buffer *b, uint64_t id, struct slice name, struct slice data)
{
	const char *end;

	sse_begin(b, id, name);
	do {
		end = data.n ? memchr(data.p, '\n', data.n) : NULL;
		size_t n = end ? (size_t)(end - data.p) : data.n;
		buffer_add(b, SLICE("data: "));
		buffer_add(b, (struct slice){data.p, n});
		buffer_add(b, SLICE("\n"));
		if (end)
			data = (struct slice){end + 1, data.n - n - 1};
	} while (end);
	buffer_add(b, SLICE("\n"));
}

void sse_add_base64(struct buffer *b, uint64_t id, struct slice name, struct slice bytes)
{
	sse_begin(b, id, name);
	buffer_add(b, SLICE("data: "));
	char *p = buffer_reserve(b, BASE64_SIZE(bytes.n));
	if (p)
		b->n += base64_encode(p, (const uint8_t *)bytes.p, bytes.n);
	buffer_add(b, SLICE("\n\n"));
}

void sse_add_comment(struct buffer *b, struct slice text)
{
	buffer_add(b, SLICE(":"));
	buffer_add(b, text);
	buffer_add(b, SLICE("\n\n"));
}
