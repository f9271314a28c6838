#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fake_exchange.h"
#include "loop/errand.h"

static struct fake_exchange *fake_of(struct exchange *x)
{
	return LIST_OWNER(x, struct fake_exchange, x);
}

static enum flow fake_respond(struct exchange *x, const struct response *r)
{
	struct fake_exchange *f = fake_of(x);
	size_t used = 0;

	assert_int_equal(f->status, 0);
	f->status = x->status = r->status;
	f->length = r->length;
	for (unsigned i = 0; i < r->n_headers; i++)
		used += (size_t)snprintf(f->head + used, sizeof(f->head) - used, "%.*s: %.*s\n",
		    SLICE_ARG(r->headers[i].name), SLICE_ARG(r->headers[i].value));
	assert_true(used < sizeof(f->head));
	return FLOW_OK;
}

static enum flow fake_write(struct exchange *x, const struct iovec *iov, int n)
{
	struct fake_exchange *f = fake_of(x);

	assert_true(f->status != 0 && !f->ended);
	f->writes++;
	for (int i = 0; i < n; i++) {
		assert_true(f->n_body + iov[i].iov_len <= FAKE_BODY);
		memcpy(f->body + f->n_body, iov[i].iov_base, iov[i].iov_len);
		f->n_body += iov[i].iov_len;
	}
	f->body[f->n_body] = '\0';
	return f->flow;
}

static void fake_end(struct exchange *x)
{
	struct fake_exchange *f = fake_of(x);

	assert_true(f->status != 0 && !f->ended && f->reset == FAULT_NONE);
	f->ended = true;
}

static void fake_reset(struct exchange *x, enum fault why)
{
	struct fake_exchange *f = fake_of(x);

	assert_true(!f->ended && f->reset == FAULT_NONE);
	f->reset = why;
}

static const struct exchange_ops fake_ops = {
	.respond = fake_respond,
	.write = fake_write,
	.end = fake_end,
	.reset = fake_reset,
};

void fake_exchange_init(struct fake_exchange *f)
{
	memset(f, 0, sizeof(*f));
	assert_int_equal(worker_init(&f->worker, 0, false), FAULT_NONE);
	f->worker.gateway = &f->gateway;
	f->client.worker = &f->worker;
	f->gateway.errands = errands_new(0);
	assert_non_null(f->gateway.errands);
	f->client.listener = &f->listener;
	f->client.address = (struct address){.known = true, .port = 40000,
	    .ip = {[10] = 0xff, 0xff, 192, 0, 2, 1}};
	f->x.client = &f->client;
	f->x.ops = &fake_ops;
	memcpy(f->x.id, "0123456789abcdef", RANDOM_ID + 1);
	arena_init(&f->x.arena);
}

void fake_exchange_fini(struct fake_exchange *f)
{
	arena_fini(&f->x.arena);
	errands_free(f->gateway.errands);
	worker_fini(&f->worker);
}

void fake_exchange_request(struct fake_exchange *f, const char *method, const char *host,
    const char *target)
{
	const char *mark = strchr(target, '?');

	arena_fini(&f->x.arena);
	f->x.request = arena_alloc(&f->x.arena, sizeof(struct request));
	assert_non_null(f->x.request);
	*f->x.request = (struct request){
		.protocol = HTTP_1_1,
		.method = slice_of(method),
		.authority = slice_of(host),
		.path = {target, mark ? (size_t)(mark - target) : strlen(target)},
		.query = slice_of(mark ? mark + 1 : NULL),
		.headers = f->headers,
	};
	f->x.handler = NULL;
	f->x.state = NULL;
	f->x.refused = FAULT_NONE;
	f->x.status = f->status = 0;
	f->head[0] = f->body[0] = '\0';
	f->length = 0;
	f->n_body = 0;
	f->writes = 0;
	f->ended = false;
	f->reset = FAULT_NONE;
	f->flow = FLOW_OK;
}

void fake_exchange_add(struct fake_exchange *f, const char *name, const char *value)
{
	assert_true(f->x.request->n_headers < FAKE_HEADERS);
	f->headers[f->x.request->n_headers++] = (struct header){slice_of(name), slice_of(value)};
}

void fake_exchange_settle(struct fake_exchange *f)
{
	do {
		worker_open_mail(&f->worker);
		worker_settle(&f->worker);
	} while (!list_empty(&f->worker.resumed) || errands_work(f->gateway.errands));
}

void fake_exchange_run(struct fake_exchange *f, const struct handler *handler)
{
	f->x.handler = handler;
	enum fault fault = handler->open(&f->x);
	if (fault != FAULT_NONE)
		exchange_fail(&f->x, fault);
	fake_exchange_settle(f);
}

const char *fake_exchange_answered(struct fake_exchange *f, const char *name)
{
	static char value[2048];
	size_t n = strlen(name);

	for (const char *line = f->head; *line; line = strchr(line, '\n') + 1)
		if (strncmp(line, name, n) == 0 && line[n] == ':') {
			snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + n + 2, "\n"),
			    line + n + 2);
			return value;
		}
	return NULL;
}
