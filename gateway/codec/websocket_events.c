#include "codec/websocket_events.h"

#include <stdio.h>
#include <string.h>

static const struct slice websocket_events_names[] = {
	[EVENT_OPEN] = {"OPEN", 4},
	[EVENT_TEXT] = {"TEXT", 4},
	[EVENT_BINARY] = {"BINARY", 6},
	[EVENT_PING] = {"PING", 4},
	[EVENT_PONG] = {"PONG", 4},
	[EVENT_CLOSE] = {"CLOSE", 5},
	[EVENT_DISCONNECT] = {"DISCONNECT", 10},
};

static enum websocket_event_kind websocket_events_kind(struct slice name)
{
	int kind = EVENT_OPEN;

	while (kind < EVENT_OTHER && !slice_eq(name, websocket_events_names[kind]))
		kind++;
	return (enum websocket_event_kind)kind;
}

static bool websocket_events_is_name(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < 0x21 || name.p[i] > 0x7e)
			return false;
	return name.n > 0 && name.n <= WEBSOCKET_EVENTS_NAME;
}

static int websocket_events_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False: no number, or none that a body could hold. */
static bool websocket_events_length(struct slice text, size_t *length)
{
	*length = 0;
	for (size_t i = 0; i < text.n; i++) {
		int digit = websocket_events_digit(text.p[i]);
		if (digit < 0 || *length > SIZE_MAX >> 5)
			return false;
		*length = *length << 4 | (size_t)digit;
	}
	return text.n > 0;
}

/* The content and the line's end behind it. */
static bool websocket_events_content(struct slice *rest, size_t n, struct slice *content)
{
	if (rest->n < 2 || n > rest->n - 2 || memcmp(rest->p + n, "\r\n", 2) != 0)
		return false;
	*content = (struct slice){rest->p, n};
	*rest = (struct slice){rest->p + n + 2, rest->n - n - 2};
	return true;
}

enum fault websocket_events_read(struct slice *rest, struct websocket_event *e)
{
	const char *end = memmem(rest->p, rest->n, "\r\n", 2);
	size_t n;

	if (end == NULL)
		return FAULT_BACK_EVENTS;
	struct slice line = {rest->p, (size_t)(end - rest->p)}, name;
	*rest = (struct slice){end + 2, rest->n - line.n - 2};
	slice_cut(&line, ' ', &name);
	if (!websocket_events_is_name(name))
		return FAULT_BACK_EVENTS;
	*e = (struct websocket_event){.kind = websocket_events_kind(name)};
	if (line.p == NULL)
		return FAULT_NONE;
	if (!websocket_events_length(line, &n) || !websocket_events_content(rest, n, &e->content))
		return FAULT_BACK_EVENTS;
	return FAULT_NONE;
}

size_t websocket_events_head(char out[WEBSOCKET_EVENTS_HEAD], enum websocket_event_kind kind,
    size_t n)
{
	return (size_t)snprintf(out, WEBSOCKET_EVENTS_HEAD, "%s %zx\r\n",
	    websocket_events_names[kind].p, n);
}

size_t websocket_events_bare(char out[WEBSOCKET_EVENTS_HEAD], enum websocket_event_kind kind)
{
	return (size_t)snprintf(out, WEBSOCKET_EVENTS_HEAD, "%s\r\n",
	    websocket_events_names[kind].p);
}
