#include "codec/ws_extension.h"

#include <stdio.h>

#include "codec/http_char.h"

/* The parameters of permessage-deflate, as bits of those that were seen. */
enum {
	SERVER_NO_TAKEOVER = 1, CLIENT_NO_TAKEOVER = 2, SERVER_WINDOW = 4, CLIENT_WINDOW = 8
};

enum ws_extension_value { VALUE_NONE, VALUE_NEEDED, VALUE_ALLOWED };

#define NAME(text)	{(text), sizeof(text) - 1}

static const struct {
	struct slice		name;
	unsigned		bit;
	enum ws_extension_value	value;
} ws_extension_parameters[] = {
	{NAME("server_no_context_takeover"), SERVER_NO_TAKEOVER, VALUE_NONE},
	{NAME("client_no_context_takeover"), CLIENT_NO_TAKEOVER, VALUE_NONE},
	{NAME("server_max_window_bits"), SERVER_WINDOW, VALUE_NEEDED},
	{NAME("client_max_window_bits"), CLIENT_WINDOW, VALUE_ALLOWED},
};

/* One element of the list. */
struct ws_extension_element {
	struct slice	name;
	unsigned	seen;		/* parameter bits */
	unsigned	server_window;
	bool		unmeant;	/* it has what permessage-deflate has not */
};

static void ws_extension_space(struct slice *s)
{
	while (s->n > 0 && (*s->p == ' ' || *s->p == '\t')) {
		s->p++;
		s->n--;
	}
}

static bool ws_extension_char(struct slice *s, char c)
{
	ws_extension_space(s);
	if (s->n == 0 || *s->p != c)
		return false;
	s->p++;
	s->n--;
	return true;
}

static bool ws_extension_token(struct slice *s, struct slice *token)
{
	ws_extension_space(s);
	*token = (struct slice){s->p, http_char_span(*s, HTTP_CHAR_TOKEN)};
	s->p += token->n;
	s->n -= token->n;
	return token->n > 0;
}

/* A token, or one in quotes: what is quoted must be a token, too (RFC 6455 section 9.1). */
static bool ws_extension_word(struct slice *s, struct slice *word)
{
	if (!ws_extension_char(s, '"'))
		return ws_extension_token(s, word);
	*word = (struct slice){s->p, http_char_span(*s, HTTP_CHAR_TOKEN)};
	s->p += word->n;
	s->n -= word->n;
	return word->n > 0 && ws_extension_char(s, '"');
}

/* 8 to 15, without leading zeroes (RFC 7692 section 7.1.2). */
static bool ws_extension_bits(struct slice value, unsigned *bits)
{
	uint64_t v;

	if (!slice_u64(value, &v) || value.p[0] == '0' || v < 8 || v > WS_WINDOW_MAX)
		return false;
	*bits = (unsigned)v;
	return true;
}

/* Each at most once, and with the values it takes; else it is not meant for us. */
static void ws_extension_note(struct ws_extension_element *e, struct slice name, struct slice value)
{
	unsigned bits = 0;

	for (size_t i = 0; i < sizeof(ws_extension_parameters) /
	    sizeof(ws_extension_parameters[0]); i++) {
		unsigned bit = ws_extension_parameters[i].bit;
		enum ws_extension_value takes = ws_extension_parameters[i].value;
		if (!slice_eq(name, ws_extension_parameters[i].name))
			continue;
		if (e->seen & bit || (value.p ? takes == VALUE_NONE : takes == VALUE_NEEDED) ||
		    (value.p && !ws_extension_bits(value, &bits)))
			e->unmeant = true;
		if (bit == SERVER_WINDOW)
			e->server_window = bits;
		e->seen |= bit;
		return;
	}
	e->unmeant = true;
}

/* Reads one element off the front; false: it is malformed. */
static bool ws_extension_read(struct slice *list, struct ws_extension_element *e)
{
	*e = (struct ws_extension_element){.server_window = WS_WINDOW_MAX};
	if (!ws_extension_token(list, &e->name))
		return false;
	while (ws_extension_char(list, ';')) {
		struct slice name, value = {NULL, 0};
		if (!ws_extension_token(list, &name))
			return false;
		if (ws_extension_char(list, '=') && !ws_extension_word(list, &value))
			return false;
		ws_extension_note(e, name, value);
	}
	ws_extension_space(list);
	return list->n == 0 || *list->p == ',';
}

/*
 * Calls take for each element of all fields, until it returns false. False: what was read up to
 * there is malformed. Empty elements do not count (RFC 9110 section 5.6.1.2).
 */
static bool ws_extension_each(const struct header *h, unsigned n,
    bool (*take)(void *me, const struct ws_extension_element *), void *me)
{
	struct ws_extension_element e;

	for (unsigned i = 0; i < n; i++) {
		struct slice list = h[i].value;
		if (!slice_ieq(h[i].name, SLICE("Sec-WebSocket-Extensions")))
			continue;
		for (;;) {
			while (ws_extension_char(&list, ','))
				continue;
			if (list.n == 0)
				break;
			if (!ws_extension_read(&list, &e))
				return false;
			if (!take(me, &e))
				return true;
		}
	}
	return true;
}

static bool ws_extension_is_deflate(const struct ws_extension_element *e)
{
	return slice_eq(e->name, SLICE("permessage-deflate"));
}

static bool ws_extension_take(void *me, const struct ws_extension_element *e)
{
	struct ws_extension_element *taken = me;

	if (!ws_extension_is_deflate(e) || e->unmeant || e->server_window < WS_WINDOW_MIN)
		return true;
	*taken = *e;
	return false;
}

enum fault ws_extension_choose(const struct header *h, unsigned n, bool takeover,
    struct ws_extension *x)
{
	struct ws_extension_element offer = {.name = {NULL, 0}};

	*x = (struct ws_extension){.on = false};
	if (!ws_extension_each(h, n, ws_extension_take, &offer))
		return FAULT_WS_HANDSHAKE;
	if (offer.name.p == NULL)
		return FAULT_NONE;
	x->on = true;
	x->out_window = (uint8_t)offer.server_window;
	x->window_asked = offer.seen & SERVER_WINDOW;
	x->out_takeover = takeover && !(offer.seen & SERVER_NO_TAKEOVER);
	x->in_takeover = takeover && !(offer.seen & CLIENT_NO_TAKEOVER);
	return FAULT_NONE;
}

struct slice ws_extension_answer(const struct ws_extension *x, char text[WS_EXTENSION_TEXT])
{
	char window[32] = "";

	if (x->window_asked)
		snprintf(window, sizeof(window), "; server_max_window_bits=%u", x->out_window);
	int n = snprintf(text, WS_EXTENSION_TEXT, "permessage-deflate%s%s%s",
	    x->out_takeover ? "" : "; server_no_context_takeover",
	    x->in_takeover ? "" : "; client_no_context_takeover", window);
	return (struct slice){text, (size_t)n};
}

struct slice ws_extension_offer(bool takeover)
{
	return takeover ? SLICE("permessage-deflate") : SLICE("permessage-deflate; "
	    "server_no_context_takeover; client_no_context_takeover");
}

struct ws_extension_answers {
	struct ws_extension_element	element;
	unsigned			n;
};

static bool ws_extension_collect(void *me, const struct ws_extension_element *e)
{
	struct ws_extension_answers *answers = me;

	answers->element = *e;
	return ++answers->n == 1;
}

/* We did not offer client_max_window_bits, so it may not be asked of us (section 7.1.2.2). */
enum fault ws_extension_accept(const struct header *h, unsigned n, bool takeover,
    struct ws_extension *x)
{
	struct ws_extension_answers answers = {.n = 0};
	const struct ws_extension_element *e = &answers.element;

	*x = (struct ws_extension){.on = false};
	if (!ws_extension_each(h, n, ws_extension_collect, &answers))
		return FAULT_WS_HANDSHAKE;
	if (answers.n == 0)
		return FAULT_NONE;
	if (answers.n > 1 || !ws_extension_is_deflate(e) || e->unmeant || e->seen & CLIENT_WINDOW)
		return FAULT_WS_HANDSHAKE;
	x->on = true;
	x->out_window = WS_WINDOW_MAX;
	x->out_takeover = takeover && !(e->seen & CLIENT_NO_TAKEOVER);
	x->in_takeover = !(e->seen & SERVER_NO_TAKEOVER);
	return FAULT_NONE;
}
