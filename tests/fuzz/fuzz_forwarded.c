/* Forwarded and X-Forwarded-For: bounded, and each element is an address or none. */
#include <stdlib.h>
#include <string.h>

#include "codec/forwarded.h"
#include "fuzz.h"

static void expect_bounded(const struct forwarded_chain *chain, size_t n)
{
	unsigned seen = 0;

	FUZZ_CHECK(chain->n <= n + 1);
	while (forwarded_at(chain, seen) != NULL)
		seen++;
	FUZZ_CHECK(seen == (chain->n < FORWARDED_MAX ? chain->n : FORWARDED_MAX));
}

/* Whatever a client begins with, what its proxy goes on with is seen, or the whole is broken. */
static void expect_unhidden(const uint8_t *p, size_t n)
{
	static const char last[] = ", for=\"[2001:db8::1]:4711\"";
	static const uint8_t ip[16] = {0x20, 1, 0x0d, 0xb8, [15] = 1};
	struct forwarded_chain chain = {.n = 0};
	char *whole = malloc(n + sizeof(last));

	FUZZ_CHECK(whole != NULL);
	if (n > 0)
		memcpy(whole, p, n);
	memcpy(whole + n, last, sizeof(last));
	forwarded_add(&chain, (struct slice){whole, n + sizeof(last) - 1});
	FUZZ_CHECK(chain.broken || (forwarded_at(&chain, 0)->known &&
	    memcmp(forwarded_at(&chain, 0)->ip, ip, sizeof(ip)) == 0));
	free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice value = {(const char *)p, n};
	struct forwarded_chain a = {.n = 0}, b = {.n = 0}, c = {.n = 0};

	forwarded_add(&a, value);
	expect_bounded(&a, n);
	forwarded_add_for(&b, value);
	expect_bounded(&b, n);
	expect_unhidden(p, n);
	/* Two lines are as good as one. */
	forwarded_add_for(&c, SLICE("192.0.2.1"));
	forwarded_add_for(&c, value);
	FUZZ_CHECK(c.n == b.n + 1);
	return 0;
}
