#include "codec/http1_fields.h"

#include "codec/http1_target.h"

/* RFC 9112 section 3.2: one, and the same as in an absolute target. */
static enum fault http1_fields_host(struct http1_fields *f, struct http1_request *r,
    struct slice value)
{
	if (f->host)
		return FAULT_HTTP_SMUGGLING;
	f->host = true;
	if (!http1_target_host(&value) && !(value.n == 0 && r->minor == 0))
		return FAULT_HTTP_SYNTAX;
	if (r->scheme.n > 0 && !slice_ieq(value, r->host))
		return FAULT_HTTP_SMUGGLING;
	r->host = value;
	return FAULT_NONE;
}

/* RFC 9112 section 6.3: lists of equal values could be accepted, and are not. */
static enum fault http1_fields_length(struct http1_fields *f, struct http1_request *r,
    struct slice value)
{
	if (f->length || !slice_u64(value, &r->length))
		return FAULT_HTTP_SMUGGLING;
	f->length = true;
	r->body = HTTP1_BODY_LENGTH;
	return FAULT_NONE;
}

/* RFC 9112 section 6.1: HTTP/1.0 has none, and chunked is not applied twice. */
static enum fault http1_fields_coding(struct http1_fields *f, struct http1_request *r,
    struct slice value)
{
	if (f->chunked || r->minor == 0 || !slice_ieq(value, SLICE("chunked")))
		return FAULT_HTTP_SMUGGLING;
	f->chunked = true;
	r->body = HTTP1_BODY_CHUNKED;
	return FAULT_NONE;
}

static enum fault http1_fields_connection(struct http1_fields *f, struct http1_request *r,
    struct slice value)
{
	f->close |= slice_list_has(value, SLICE("close"));
	f->keep_alive |= slice_list_has(value, SLICE("keep-alive"));
	r->upgrade |= slice_list_has(value, SLICE("upgrade"));
	return FAULT_NONE;
}

static enum fault http1_fields_expect(struct http1_fields *f, struct http1_request *r,
    struct slice value)
{
	(void)r;
	if (slice_ieq(value, SLICE("100-continue")))
		f->expect_continue = true;
	else
		f->expect_other = true;
	return FAULT_NONE;
}

static enum fault http1_fields_upgrade(struct http1_fields *f, struct http1_request *r,
    struct slice value)
{
	(void)f;
	if (r->upgrade_to.n == 0)
		r->upgrade_to = value;
	return FAULT_NONE;
}

/* By the length of the name, which happens to tell them apart. */
static const struct {
	const char	*name;
	enum fault	(*take)(struct http1_fields *, struct http1_request *, struct slice value);
} http1_fields_known[] = {
	[4] = {"host", http1_fields_host},
	[6] = {"expect", http1_fields_expect},
	[7] = {"upgrade", http1_fields_upgrade},
	[10] = {"connection", http1_fields_connection},
	[14] = {"content-length", http1_fields_length},
	[17] = {"transfer-encoding", http1_fields_coding},
};

enum fault http1_fields_take(struct http1_fields *f, struct http1_request *r,
    const struct header *h)
{
	size_t n = h->name.n;

	if (n >= sizeof(http1_fields_known) / sizeof(http1_fields_known[0]) ||
	    http1_fields_known[n].name == NULL ||
	    !slice_ieq(h->name, (struct slice){http1_fields_known[n].name, n}))
		return FAULT_NONE;
	return http1_fields_known[n].take(f, r, h->value);
}

enum fault http1_fields_conclude(const struct http1_fields *f, struct http1_request *r)
{
	if (f->length && f->chunked)
		return FAULT_HTTP_SMUGGLING;
	if (r->upgrade && r->upgrade_to.n > 0 && r->body != HTTP1_BODY_NONE)
		return FAULT_HTTP_SMUGGLING;
	if (r->minor == 1 && !f->host)
		return FAULT_HTTP_SYNTAX;
	/* RFC 9110 section 10.1.1: in HTTP/1.0 an expectation is to be ignored. */
	if (r->minor == 1 && f->expect_other)
		return FAULT_EXPECTATION;
	r->expect_continue = r->minor == 1 && f->expect_continue && r->body != HTTP1_BODY_NONE;
	r->keep_alive = !f->close && (r->minor == 1 || f->keep_alive);
	return FAULT_NONE;
}
