#include "codec/sockjs_frame.h"

#include "codec/json_text.h"

/* As its tests want it, beside the control characters. */
static const struct json_text_range sockjs_frame_ranges[] = {
	{0x200c, 0x200f}, {0x2028, 0x202f}, {0x2060, 0x206f}, {0xfff0, 0xffff},
};
static const struct json_text_set sockjs_frame_set = {sockjs_frame_ranges,
    sizeof(sockjs_frame_ranges) / sizeof(sockjs_frame_ranges[0])};

/* Without "<" there is no end of a script, and no comment. */
static const struct json_text_range sockjs_frame_tag = {'<', '<'};
static const struct json_text_set sockjs_frame_tags = {&sockjs_frame_tag, 1};

void sockjs_frame_add_text(struct buffer *b, struct slice text)
{
	json_text_add(b, text, &sockjs_frame_set);
}

void sockjs_frame_add_bytes(struct buffer *b, struct slice bytes)
{
	json_text_add_base64(b, bytes);
}

void sockjs_frame_add_close(struct buffer *b, uint16_t code, struct slice reason)
{
	bool interrupted = code == 1006;

	buffer_printf(b, "c[%u,", interrupted ? 1002 : code);
	sockjs_frame_add_text(b, interrupted ? SLICE("Connection interrupted") : reason);
	buffer_add(b, SLICE("]"));
}

/* Puts what was made in place of what it was made of. */
static void sockjs_frame_replace(struct buffer *b, struct buffer made)
{
	buffer_clear(b);
	*b = made;
}

void sockjs_frame_to_line(struct buffer *b)
{
	buffer_add(b, SLICE("\n"));
}

void sockjs_frame_to_event(struct buffer *b)
{
	struct buffer made = {.failed = b->failed};

	buffer_add(&made, SLICE("data: "));
	buffer_add(&made, buffer_slice(b));
	buffer_add(&made, SLICE("\r\n\r\n"));
	sockjs_frame_replace(b, made);
}

void sockjs_frame_to_html(struct buffer *b)
{
	struct buffer made = {.failed = b->failed};

	buffer_add(&made, SLICE("<script>\np("));
	json_text_add(&made, buffer_slice(b), &sockjs_frame_tags);
	buffer_add(&made, SLICE(");\n</script>\r\n"));
	sockjs_frame_replace(b, made);
}

/* Beginning with a comment it is no file of another kind, whatever the callback. */
void sockjs_frame_to_script(struct buffer *b, struct slice callback)
{
	struct buffer made = {.failed = b->failed};

	buffer_add(&made, SLICE("/**/"));
	buffer_add(&made, callback);
	buffer_add(&made, SLICE("("));
	json_text_add(&made, buffer_slice(b), NULL);
	buffer_add(&made, SLICE(");\r\n"));
	sockjs_frame_replace(b, made);
}
