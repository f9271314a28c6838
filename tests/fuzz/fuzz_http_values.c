/*
 * Values of single fields: dates, ranges, entity tags, authorities, codings, traces, what is accepted
 * of metrics. The first byte says which.
 */
#include <string.h>

#include "admin/metrics_text.h"
#include "base/clock.h"
#include "codec/http_authority.h"
#include "codec/http_coding.h"
#include "codec/http_date.h"
#include "codec/http_etag.h"
#include "codec/http_range.h"
#include "codec/traceparent.h"
#include "fuzz.h"

/* A date that was read is written as one that reads the same. */
static void fuzz_date(struct slice s)
{
	int64_t seconds, again;
	char text[HTTP_DATE_SIZE + 1];

	/* A leap second at the very end of 9999 lies in a year that has no form. */
	if (!http_date_read(s, &seconds) || seconds >= INT64_C(253402300800))
		return;
	http_date_write(seconds, text);
	FUZZ_CHECK(http_date_read((struct slice){text, HTTP_DATE_SIZE}, &again));
	FUZZ_CHECK(again == seconds);
}

/* Each is within the file, and all together are no more than that. */
static void fuzz_range(struct slice s)
{
	static const uint64_t sizes[] = {0, 1, 10, 1000, UINT64_MAX};
	struct http_ranges r;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t left = sizes[i];
		if (http_range_parse(s, sizes[i], &r) != HTTP_RANGE_PART)
			continue;
		FUZZ_CHECK(r.n > 0 && r.n <= HTTP_RANGES);
		for (unsigned k = 0; k < r.n; k++) {
			FUZZ_CHECK(r.v[k].n > 0 && r.v[k].n <= left);
			FUZZ_CHECK(r.v[k].first <= sizes[i] - r.v[k].n);
			left -= r.v[k].n;
		}
	}
}

/* Input: a tag, "\n", a list. Strong is never wider than weak; a tag is listed in itself. */
static void fuzz_etag(struct slice s)
{
	struct slice tag;

	if (!slice_cut(&s, '\n', &tag) || s.p == NULL)
		return;
	bool strong = http_etag_listed(s, tag, HTTP_ETAG_STRONG);
	bool weak = http_etag_listed(s, tag, HTTP_ETAG_WEAK);
	FUZZ_CHECK(weak || !strong);
	FUZZ_CHECK(http_etag_equal(tag, s, HTTP_ETAG_WEAK) == http_etag_equal(s, tag, HTTP_ETAG_WEAK));
	FUZZ_CHECK(!http_etag_equal(tag, s, HTTP_ETAG_WEAK) || weak);
	if (http_etag_equal(tag, tag, HTTP_ETAG_WEAK))
		FUZZ_CHECK(http_etag_listed(tag, tag, HTTP_ETAG_WEAK));
	else
		FUZZ_CHECK(!weak || slice_eq(s, SLICE("*")));
}

static void fuzz_authority(struct slice s)
{
	struct slice host;
	unsigned port;

	if (!http_authority_split(s, &host, &port))
		return;
	FUZZ_CHECK(host.p == s.p && host.n > 0 && host.n <= s.n && port <= 65535);
	FUZZ_CHECK(!memchr(s.p, '@', s.n) && !memchr(s.p, ',', s.n) && !memchr(s.p, '\0', s.n));
	FUZZ_CHECK(host.n == s.n || s.p[host.n] == ':');
	FUZZ_CHECK((host.p[0] == '[') == (host.p[host.n - 1] == ']'));
	FUZZ_CHECK(host.p[0] == '[' || !memchr(host.p, ':', host.n));
}

/* Each coding at most once, no worse one before a better one. */
static void fuzz_coding(struct slice s)
{
	enum http_coding order[HTTP_CODINGS];
	struct http_codings c;
	unsigned seen = 0;

	http_codings_init(&c);
	http_codings_read(&c, s);
	unsigned n = http_codings_order(&c, order);
	FUZZ_CHECK(n <= HTTP_CODINGS);
	for (unsigned i = 0; i < n; i++) {
		FUZZ_CHECK(!(seen >> order[i] & 1));
		seen |= 1u << order[i];
		FUZZ_CHECK(c.q[order[i]] != 0 && c.q[order[i]] <= 1000);
		if (i > 0 && c.q[order[i]] >= 0 && c.q[order[i - 1]] >= 0)
			FUZZ_CHECK(c.q[order[i - 1]] >= c.q[order[i]]);
	}
}

/* What is valid is no longer so with any byte of its ids changed to what is no digit. */
static void fuzz_trace(struct slice s)
{
	char changed[64];

	if (!traceparent_check(s))
		return;
	FUZZ_CHECK(s.n >= 55);
	memcpy(changed, s.p, 55);
	for (size_t i = 0; i < 55; i++) {
		char kept = changed[i];
		changed[i] = 'G';
		FUZZ_CHECK(!traceparent_check((struct slice){changed, 55}));
		changed[i] = kept;
	}
}

/* Nobody gets OpenMetrics who has not named it. */
static void fuzz_accept(struct slice s)
{
	if (!metrics_text_wanted(s))
		return;
	bool named = false;
	for (size_t i = 0; i < s.n && !named; i++)
		named = s.n - i >= 28 && slice_ieq((struct slice){s.p + i, 28},
		    SLICE("application/openmetrics-text"));
	FUZZ_CHECK(named);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const targets[])(struct slice) = {fuzz_date, fuzz_range, fuzz_etag,
	    fuzz_authority, fuzz_coding};
	uint8_t choice = fuzz_choice(&p, &n);

	clock_fake(1, UINT64_C(1700000000000));
	struct slice s = {(const char *)p, n};
	if (choice == 255)
		fuzz_trace(s);
	else if (choice == 254)
		fuzz_accept(s);
	else
		targets[choice % 5](s);
	return 0;
}
