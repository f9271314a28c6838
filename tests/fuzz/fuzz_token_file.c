/* Token files: whatever stands in them, an entry is a token of one line and a target to dial. */
#include <string.h>

#include "config/endpoint.h"
#include "fuzz.h"
#include "upstream/token_file.h"

static void expect_within(struct slice part, const uint8_t *p, size_t n)
{
	const uint8_t *at = (const uint8_t *)part.p;

	FUZZ_CHECK(at >= p && part.n <= n && at + part.n <= p + n);
	FUZZ_CHECK(memchr(at, '\n', part.n) == NULL && memchr(at, '\0', part.n) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct token_file file = {{(const char *)p, n}, 0};
	struct token_entry e;
	const char *wrong;
	unsigned line = 0;

	while (token_file_read(&file, &e, &wrong)) {
		FUZZ_CHECK(file.line > line);
		line = file.line;
		if (wrong)
			continue;
		FUZZ_CHECK(e.token.n > 0 && e.token.n <= TOKEN_LINE);
		expect_within(e.token, p, n);
		if (!slice_eq(e.host, SLICE("localhost")))
			expect_within(e.host, p, n);
		FUZZ_CHECK(e.kind == SERVER_UNIX ? e.host.p[0] == '/' && e.host.n < 108
		    : e.port > 0 && endpoint_is_host(e.host));
	}
	FUZZ_CHECK(file.rest.n == 0);
	return 0;
}
