#include "serve/conditions.h"

#include "codec/http_date.h"
#include "codec/http_etag.h"

static bool conditions_has(const struct exchange *x, struct slice name)
{
	return exchange_header(x, name).p != NULL;
}

/* A list may be spread over several fields (RFC 9110 section 5.3). */
static bool conditions_listed(const struct exchange *x, struct slice name, struct slice etag,
    enum http_etag how)
{
	const struct request *r = x->request;

	for (unsigned i = 0; i < r->n_headers; i++)
		if (slice_ieq(r->headers[i].name, name) &&
		    http_etag_listed(r->headers[i].value, etag, how))
			return true;
	return false;
}

/* False when there is no such date: then the condition is not there (section 13.1.3). */
static bool conditions_date(const struct exchange *x, struct slice name, int64_t *seconds)
{
	struct slice text = exchange_header(x, name);

	return text.p && http_date_read(text, seconds);
}

/* Steps 1 and 2 of section 13.2.2. */
static bool conditions_match(const struct exchange *x, const struct conditions_subject *subject)
{
	int64_t date;

	if (conditions_has(x, SLICE("If-Match")))
		return conditions_listed(x, SLICE("If-Match"), subject->etag, HTTP_ETAG_STRONG);
	if (conditions_date(x, SLICE("If-Unmodified-Since"), &date))
		return subject->modified <= date;
	return true;
}

/* Steps 3 and 4: has the client this version already? */
static bool conditions_known(const struct exchange *x, const struct conditions_subject *subject)
{
	int64_t date;

	if (conditions_has(x, SLICE("If-None-Match")))
		return conditions_listed(x, SLICE("If-None-Match"), subject->etag, HTTP_ETAG_WEAK);
	if (conditions_date(x, SLICE("If-Modified-Since"), &date))
		return subject->modified <= date;
	return false;
}

/*
 * Step 5: are the parts that the client has of this version (section 13.1.5)? Whether a date told
 * versions apart only the client can know, who was told when it came (section 8.8.2.2); where the
 * tag is weak, none does.
 */
static bool conditions_resumable(const struct exchange *x, const struct conditions_subject *subject)
{
	struct slice value = exchange_header(x, SLICE("If-Range"));
	int64_t date;

	if (value.p == NULL)
		return true;
	if (http_date_read(value, &date))
		return subject->modified == date && !slice_starts(subject->etag, SLICE("W/"));
	return http_etag_equal(value, subject->etag, HTTP_ETAG_STRONG);
}

static enum conditions_verdict conditions_range(const struct exchange *x,
    const struct conditions_subject *subject, struct http_ranges *ranges)
{
	struct http_ranges asked;
	struct slice range = exchange_header(x, SLICE("Range"));

	switch (http_range_parse(range, subject->size, &asked)) {
	case HTTP_RANGE_PART:
		if (asked.n > subject->ranges)
			break;
		*ranges = asked;
		return CONDITIONS_PART;
	case HTTP_RANGE_NONE:
		return CONDITIONS_UNSATISFIABLE;
	case HTTP_RANGE_WHOLE:
		break;
	}
	return CONDITIONS_WHOLE;
}

enum conditions_verdict conditions_judge(const struct exchange *x,
    const struct conditions_subject *subject, struct http_ranges *ranges)
{
	ranges->n = 1;
	ranges->v[0] = (struct http_part){0, subject->size};
	if (!conditions_match(x, subject))
		return CONDITIONS_FAILED;
	if (conditions_known(x, subject))
		return CONDITIONS_NOT_MODIFIED;
	if (!slice_eq(x->request->method, SLICE("GET")) || !conditions_has(x, SLICE("Range")) ||
	    !conditions_resumable(x, subject))
		return CONDITIONS_WHOLE;
	return conditions_range(x, subject, ranges);
}
