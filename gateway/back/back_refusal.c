#include "back/back_refusal.h"

#include "http/proxy_fields.h"

enum fault back_refusal_keep(struct back_refusal *b, struct arena *arena,
    const struct http1_response *r)
{
	b->status = r->status;
	b->n_headers = 0;
	b->headers = arena_alloc(arena, (r->n_headers + 1) * sizeof(*b->headers));
	if (b->headers == NULL)
		return FAULT_NO_MEMORY;
	for (unsigned i = 0; i < r->n_headers; i++) {
		struct header *h = &b->headers[b->n_headers++];
		h->name = arena_copy(arena, r->headers[i].name);
		h->value = arena_copy(arena, r->headers[i].value);
		if (h->name.p == NULL || h->value.p == NULL)
			return FAULT_NO_MEMORY;
	}
	return FAULT_NONE;
}

/* What describes a body does not go without one. */
static bool back_refusal_relays(const struct back_refusal *b, const struct proxy_fields *fields,
    unsigned i, bool body)
{
	struct slice name = b->headers[i].name;
	bool of_body = slice_istarts(name, SLICE("Content-"));

	return proxy_fields_to_client(fields, i, b->status) && (body || !of_body);
}

enum fault back_refusal_make(const struct back_refusal *b, struct arena *arena,
    const struct slice *body, struct refusal *refusal)
{
	struct header *headers = arena_alloc(arena, (b->n_headers + 1) * sizeof(*headers));
	struct proxy_fields fields;
	unsigned n = 0;

	if (headers == NULL)
		return FAULT_NO_MEMORY;
	proxy_fields_init(&fields, b->headers, b->n_headers);
	for (unsigned i = 0; i < b->n_headers; i++)
		if (back_refusal_relays(b, &fields, i, body != NULL))
			headers[n++] = b->headers[i];
	refusal->body = body ? *body : (struct slice){NULL, 0};
	refusal->response = (struct response){.status = (int)b->status, .headers = headers,
	    .n_headers = n, .length = (int64_t)refusal->body.n};
	return FAULT_NONE;
}
