#include "codec/http1_fields.h"

#include "codec/http1_line.h"
#include "codec/http1_target.h"

/* RFC 9112 section 3.2: one. */
static enum fault http1_fields_host(struct http1_fields *f, struct slice value)
{
	if (f->host)
		return FAULT_HTTP_SMUGGLING;
	f->host = true;
	f->host_value = value;
	return FAULT_NONE;
}

/* RFC 9112 section 6.3: lists of equal values could be accepted, and are not. */
static enum fault http1_fields_length(struct http1_fields *f, struct slice value)
{
	if (f->length || !slice_u64(value, &f->length_value))
		return FAULT_HTTP_SMUGGLING;
	f->length = true;
	return FAULT_NONE;
}

/* RFC 9112 section 6.1: chunked is not applied twice, and no other coding is known. */
static enum fault http1_fields_coding(struct http1_fields *f, struct slice value)
{
	if (f->chunked || !slice_ieq(value, SLICE("chunked")))
		return FAULT_HTTP_SMUGGLING;
	f->chunked = true;
	return FAULT_NONE;
}

static enum fault http1_fields_connection(struct http1_fields *f, struct slice value)
{
	f->close |= slice_list_has(value, SLICE("close"));
	f->keep_alive |= slice_list_has(value, SLICE("keep-alive"));
	f->upgrade |= slice_list_has(value, SLICE("upgrade"));
	return FAULT_NONE;
}

static enum fault http1_fields_expect(struct http1_fields *f, struct slice value)
{
	if (slice_ieq(value, SLICE("100-continue")))
		f->expect_continue = true;
	else
		f->expect_other = true;
	return FAULT_NONE;
}

static enum fault http1_fields_upgrade(struct http1_fields *f, struct slice value)
{
	if (f->upgrade_to.n == 0)
		f->upgrade_to = value;
	return FAULT_NONE;
}

/* By the length of the name, which happens to tell them apart. */
static const struct {
	const char	*name;
	enum fault	(*take)(struct http1_fields *, struct slice value);
} http1_fields_known[] = {
	[4] = {"host", http1_fields_host},
	[6] = {"expect", http1_fields_expect},
	[7] = {"upgrade", http1_fields_upgrade},
	[10] = {"connection", http1_fields_connection},
	[14] = {"content-length", http1_fields_length},
	[17] = {"transfer-encoding", http1_fields_coding},
};

static enum fault http1_fields_take(struct http1_fields *f, const struct header *h)
{
	size_t n = h->name.n;

	if (n >= sizeof(http1_fields_known) / sizeof(http1_fields_known[0]) ||
	    http1_fields_known[n].name == NULL ||
	    !slice_ieq(h->name, (struct slice){http1_fields_known[n].name, n}))
		return FAULT_NONE;
	return http1_fields_known[n].take(f, h->value);
}

enum fault http1_fields_read(struct http1_fields *seen, struct slice lines, struct header *headers,
    unsigned most, unsigned *n)
{
	enum fault f = FAULT_NONE;

	*n = 0;
	while (f == FAULT_NONE && lines.n > 2) {
		if (*n == most)
			return FAULT_HEADERS_TOO_MANY;
		f = http1_line_field(http1_line_cut(&lines), &headers[*n]);
		if (f == FAULT_NONE)
			f = http1_fields_take(seen, &headers[(*n)++]);
	}
	return f;
}

/* The same as in an absolute target (RFC 9112 section 3.2.2). */
static enum fault http1_fields_authority(struct slice host, struct http1_request *r)
{
	if (!http1_target_host(&host) && !(host.n == 0 && r->minor == 0))
		return FAULT_HTTP_SYNTAX;
	if (r->scheme.n > 0 && !slice_ieq(host, r->host))
		return FAULT_HTTP_SMUGGLING;
	r->host = host;
	return FAULT_NONE;
}

/* HTTP/1.0 has no transfer codings (RFC 9112 section 6.1). */
static enum fault http1_fields_body(const struct http1_fields *f, unsigned minor,
    enum http1_body *body, uint64_t *length)
{
	if (f->chunked && (f->length || minor == 0))
		return FAULT_HTTP_SMUGGLING;
	if (f->length) {
		*body = HTTP1_BODY_LENGTH;
		*length = f->length_value;
	} else if (f->chunked) {
		*body = HTTP1_BODY_CHUNKED;
	}
	return FAULT_NONE;
}

static bool http1_fields_persist(const struct http1_fields *f, unsigned minor)
{
	return !f->close && (minor == 1 || f->keep_alive);
}

enum fault http1_fields_request(const struct http1_fields *f, struct http1_request *r)
{
	enum fault fault = f->host ? http1_fields_authority(f->host_value, r) : FAULT_NONE;

	if (fault == FAULT_NONE)
		fault = http1_fields_body(f, r->minor, &r->body, &r->length);
	if (fault != FAULT_NONE)
		return fault;
	r->upgrade = f->upgrade;
	r->upgrade_to = f->upgrade_to;
	if (r->upgrade && r->upgrade_to.n > 0 && r->body != HTTP1_BODY_NONE) {
		r->misused = r->body == HTTP1_BODY_LENGTH && r->length == 0 &&
		    (f->host || r->minor == 0);
		return FAULT_HTTP_SMUGGLING;
	}
	if (r->minor == 1 && !f->host)
		return FAULT_HTTP_SYNTAX;
	/* RFC 9110 section 10.1.1: in HTTP/1.0 an expectation is to be ignored. */
	if (r->minor == 1 && f->expect_other)
		return FAULT_EXPECTATION;
	r->expect_continue = r->minor == 1 && f->expect_continue && r->body != HTTP1_BODY_NONE;
	r->keep_alive = http1_fields_persist(f, r->minor);
	return FAULT_NONE;
}

/* RFC 9112 section 6.3, in its order. */
enum fault http1_fields_response(const struct http1_fields *f, struct http1_response *r)
{
	r->body = HTTP1_BODY_CLOSE;
	enum fault fault = http1_fields_body(f, r->minor, &r->body, &r->length);

	if (fault != FAULT_NONE)
		return fault;
	r->upgrade = f->upgrade;
	r->upgrade_to = f->upgrade_to;
	r->has_length = f->length;
	r->keep_alive = http1_fields_persist(f, r->minor) && r->body != HTTP1_BODY_CLOSE;
	if (!r->head_only && !http1_response_is_bare(r->status))
		return FAULT_NONE;
	r->body = HTTP1_BODY_NONE;
	/* Whoever announces a body where there can be none may send one before what follows. */
	if (!r->head_only && r->status != 304 && (f->chunked || r->length > 0))
		return FAULT_HTTP_SMUGGLING;
	r->keep_alive = http1_fields_persist(f, r->minor);
	return FAULT_NONE;
}
