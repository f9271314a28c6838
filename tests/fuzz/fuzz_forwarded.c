/* Forwarded and X-Forwarded-For: bounded, and each element is an address or none. */
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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice value = {(const char *)p, n};
	struct forwarded_chain a = {.n = 0}, b = {.n = 0}, c = {.n = 0};

	forwarded_add(&a, value);
	expect_bounded(&a, n);
	forwarded_add_for(&b, value);
	expect_bounded(&b, n);
	/* Two lines are as good as one. */
	forwarded_add_for(&c, SLICE("192.0.2.1"));
	forwarded_add_for(&c, value);
	FUZZ_CHECK(c.n == b.n + 1);
	return 0;
}
