#include "http/proxy_fields.h"

#include "codec/traceparent.h"

enum {
	FIELD_HOP = 1,		/* of one connection only */
	FIELD_REQUEST = 2,	/* of requests the gateway makes it itself */
	FIELD_ANSWER = 4,	/* of answers, too */
	FIELD_IDENTITY = 8,	/* tells of the client what only a trusted proxy may tell */
	FIELD_ALL = 16,		/* stands for all that begin so */
	FIELD_STAYS = 32,	/* meant for the other end: no Connection field removes it */
	FIELD_TRACE = 64	/* of a request: what is no trace is not passed on as one */
};

static const struct {
	struct slice	name;
	unsigned	what;
} proxy_fields_known[] = {
	{{"connection", 10}, FIELD_HOP},
	{{"keep-alive", 10}, FIELD_HOP},
	{{"proxy", 5}, FIELD_HOP},		/* no header at all, but HTTP_PROXY to CGI */
	{{"proxy-", 6}, FIELD_HOP | FIELD_ALL},
	{{"te", 2}, FIELD_HOP},
	{{"trailer", 7}, FIELD_HOP},		/* they are not passed on */
	{{"transfer-encoding", 17}, FIELD_HOP},
	{{"upgrade", 7}, FIELD_HOP},
	{{"http2-settings", 14}, FIELD_HOP},
	{{"host", 4}, FIELD_REQUEST},
	{{"content-length", 14}, FIELD_REQUEST | FIELD_ANSWER},
	{{"expect", 6}, FIELD_REQUEST},
	{{"sec-websocket-key", 17}, FIELD_REQUEST},
	{{"sec-websocket-version", 21}, FIELD_REQUEST | FIELD_STAYS},
	{{"sec-websocket-accept", 20}, FIELD_REQUEST | FIELD_ANSWER},
	{{"forwarded", 9}, FIELD_REQUEST},
	{{"x-forwarded-for", 15}, FIELD_REQUEST},
	{{"x-forwarded-proto", 17}, FIELD_REQUEST},
	{{"x-forwarded-host", 16}, FIELD_REQUEST},
	{{"cookie", 6}, FIELD_REQUEST},		/* several are joined */
	{{"x-forwarded-", 12}, FIELD_IDENTITY | FIELD_STAYS | FIELD_ALL},
	{{"x-real-ip", 9}, FIELD_IDENTITY | FIELD_STAYS},
	{{"authorization", 13}, FIELD_STAYS},
	{{"cache-control", 13}, FIELD_STAYS},
	{{"content-", 8}, FIELD_STAYS | FIELD_ALL},
	{{"date", 4}, FIELD_STAYS},
	{{"location", 8}, FIELD_STAYS},
	{{"origin", 6}, FIELD_STAYS},
	{{"sec-", 4}, FIELD_STAYS | FIELD_ALL},
	{{"set-cookie", 10}, FIELD_STAYS},
	{{"strict-transport-security", 25}, FIELD_STAYS},
	{{"traceparent", 11}, FIELD_TRACE | FIELD_STAYS},
	{{"tracestate", 10}, FIELD_TRACE | FIELD_STAYS},
	{{"vary", 4}, FIELD_STAYS},
	{{"www-authenticate", 16}, FIELD_STAYS},
};

static char proxy_fields_fold(char c)
{
	if (c == '_')
		return '-';
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool proxy_fields_begins(struct slice name, struct slice with)
{
	if (name.n < with.n)
		return false;
	for (size_t i = 0; i < with.n; i++)
		if (proxy_fields_fold(name.p[i]) != proxy_fields_fold(with.p[i]))
			return false;
	return true;
}

bool proxy_fields_same(struct slice a, struct slice b)
{
	return a.n == b.n && proxy_fields_begins(a, b);
}

/* All that is known of a name, or of its twin. */
static unsigned proxy_fields_what(struct slice name)
{
	const size_t n = sizeof(proxy_fields_known) / sizeof(proxy_fields_known[0]);
	unsigned what = 0;

	for (size_t i = 0; i < n; i++) {
		struct slice known = proxy_fields_known[i].name;
		if (name.n == known.n || proxy_fields_known[i].what & FIELD_ALL)
			if (proxy_fields_begins(name, known))
				what |= proxy_fields_known[i].what;
	}
	return what;
}

static bool proxy_fields_is_twin(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '_')
			return true;
	return false;
}

void proxy_fields_init(struct proxy_fields *f, const struct header *v, unsigned n)
{
	*f = (struct proxy_fields){.v = v, .n = n, .traced = traceparent_find(v, n).n > 0};
	for (unsigned i = 0; i < n; i++) {
		if (!slice_ieq(v[i].name, SLICE("Connection")))
			continue;
		if (f->last == 0)
			f->first = i;
		f->last = i + 1;
	}
}

/* Does a Connection field name it? */
static bool proxy_fields_is_named(const struct proxy_fields *f, struct slice name)
{
	for (unsigned i = f->first; i < f->last; i++)
		if (slice_ieq(f->v[i].name, SLICE("Connection")) &&
		    slice_list_has(f->v[i].value, name))
			return true;
	return false;
}

static bool proxy_fields_pass(const struct proxy_fields *f, unsigned i, unsigned what,
    unsigned stops)
{
	struct slice name = f->v[i].name;

	if (what & stops)
		return false;
	return (what & FIELD_STAYS) || !proxy_fields_is_named(f, name);
}

/* The twin of a name that means something to us means it to others. */
bool proxy_fields_to_backend(const struct proxy_fields *f, unsigned i, bool trusted)
{
	unsigned what = proxy_fields_what(f->v[i].name);

	if (what && proxy_fields_is_twin(f->v[i].name))
		return false;
	return proxy_fields_pass(f, i, what,
	    FIELD_HOP | FIELD_REQUEST | (trusted ? 0 : FIELD_IDENTITY) |
	    (f->traced ? 0 : FIELD_TRACE));
}

/* A 426 says what to upgrade to (RFC 9110 section 15.5.22). */
bool proxy_fields_to_client(const struct proxy_fields *f, unsigned i, unsigned status)
{
	struct slice name = f->v[i].name;

	if (status == 426 && slice_ieq(name, SLICE("Upgrade")))
		return true;
	return proxy_fields_pass(f, i, proxy_fields_what(name), FIELD_HOP | FIELD_ANSWER);
}
