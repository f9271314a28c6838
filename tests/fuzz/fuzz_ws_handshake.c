/* Handshake fields behind a request line that is right: what is accepted holds RFC 6455, 4.2.1. */
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "codec/ws_handshake.h"
#include "fuzz.h"

enum { HEADERS = 24 };

static const struct header *only(const struct http1_request *r, const char *name)
{
	const struct header *found = NULL;

	for (unsigned i = 0; i < r->n_headers; i++)
		if (slice_ieq(r->headers[i].name, slice_of(name))) {
			FUZZ_CHECK(found == NULL);
			found = &r->headers[i];
		}
	FUZZ_CHECK(found != NULL);
	return found;
}

static void check_accepted(const struct http1_request *r)
{
	struct slice key = only(r, "Sec-WebSocket-Key")->value;
	uint8_t bytes[32];
	char accept[WS_ACCEPT_SIZE];
	size_t n;

	FUZZ_CHECK(slice_eq(only(r, "Sec-WebSocket-Version")->value, SLICE("13")));
	FUZZ_CHECK(key.n == 24 && base64_decode(bytes, &n, key.p, key.n) && n == 16);
	FUZZ_CHECK(ws_handshake_accept(key, accept) == FAULT_NONE);
	FUZZ_CHECK(base64_decode(bytes, &n, accept, sizeof(accept)) && n == 20);
}

static void check_subprotocol(const struct http1_request *r)
{
	static const char *const ours[] = {"binary", "base64", "x", ""};
	struct slice strict, lax;
	enum fault a = ws_handshake_subprotocol(r->headers, r->n_headers, ours, 3, &strict);
	enum fault b = ws_handshake_subprotocol(r->headers, r->n_headers, ours, 4, &lax);
	bool offered = false;

	FUZZ_CHECK((a == FAULT_NONE) == (strict.n > 0));
	FUZZ_CHECK(slice_eq(strict, lax) && (a != FAULT_NONE || b == FAULT_NONE));
	for (unsigned i = 0; strict.n > 0 && i < r->n_headers; i++)
		offered |= slice_ieq(r->headers[i].name, SLICE("Sec-WebSocket-Protocol")) &&
		    memmem(r->headers[i].value.p, r->headers[i].value.n, strict.p, strict.n);
	FUZZ_CHECK(strict.n == 0 || offered);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const char line[] = "GET / HTTP/1.1\r\nHost: h\r\n";
	const struct http1_limits limits = {4096, HEADERS};
	struct header headers[HEADERS];
	struct http1_request r = {.headers = headers};
	size_t scanned = 0, used, size = sizeof(line) - 1 + n;
	uint8_t *head = malloc(size);
	const char *why;

	FUZZ_CHECK(head);
	memcpy(head, line, sizeof(line) - 1);
	memcpy(head + sizeof(line) - 1, p, n);
	if (http1_parse(&limits, head, size, &scanned, &r, &used) == FAULT_NONE && used > 0) {
		check_subprotocol(&r);
		if (ws_handshake_wanted(&r)) {
			enum fault f = ws_handshake_check(&r, &why);
			FUZZ_CHECK((f == FAULT_NONE) == (why == NULL));
			if (f == FAULT_NONE)
				check_accepted(&r);
		}
	}
	free(head);
	return 0;
}
