/*
 * A normal path is one, stays one, and means what the raw one meant: both decode to the same
 * segments. Queries are found where a plain search finds them.
 */
#include <stdlib.h>
#include <string.h>

#include "codec/http_path.h"
#include "fuzz.h"

/*
 * The segments of a decoded path, resolved one by one; what was "%2F" is no separator, so decoding
 * happens within a segment. Returns false when it leaves the root.
 */
static bool plain_resolve(struct slice path, struct fuzz_story *story)
{
	struct fuzz_story stack[512];
	struct slice part;
	size_t depth = 0;
	bool folder = false;
	char *text = malloc(path.n + 1);

	FUZZ_CHECK(text);
	slice_cut(&path, '/', &part);
	while (slice_cut(&path, '/', &part)) {
		struct slice s = {text, 0};
		FUZZ_CHECK(http_path_decode(part, false, text, &s.n));
		folder = s.n == 0 || slice_eq(s, SLICE(".")) || slice_eq(s, SLICE(".."));
		if (slice_eq(s, SLICE("..")) && depth-- == 0)
			break;
		if (!folder && depth < 512) {
			stack[depth] = (struct fuzz_story){0};
			fuzz_tell(&stack[depth++], s.p, s.n);
		}
	}
	free(text);
	if (depth == SIZE_MAX)
		return false;
	for (size_t i = 0; i < depth; i++)
		fuzz_tell_number(story, stack[i].hash);
	fuzz_tell_number(story, folder);
	return true;
}

static void check_normal(struct slice s)
{
	static const char *const never[] = {"//", "/./", "/../", "\\", "%2e", "%2E", "%41", "%7E", "%00",
	    "/..;", "/.;"};

	FUZZ_CHECK(s.n > 0 && s.p[0] == '/');
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		FUZZ_CHECK(!memmem(s.p, s.n, never[i], strlen(never[i])));
	FUZZ_CHECK(!slice_ends(s, SLICE("/.")) && !slice_ends(s, SLICE("/..")));
	for (size_t i = 0; i < s.n; i++)
		FUZZ_CHECK(s.p[i] > 0x20 && s.p[i] < 0x7f);
}

static void check_query(struct slice query, struct slice name)
{
	struct slice value = http_query_find(query, name), part;

	if (value.p == NULL)
		return;
	FUZZ_CHECK(value.p >= query.p && value.p + value.n <= query.p + query.n);
	FUZZ_CHECK(!memchr(value.p, '&', value.n));
	/* It ends where a parameter ends, and no parameter before it has the plain name. */
	FUZZ_CHECK(value.p + value.n == query.p + query.n || value.p[value.n] == '&');
	while (slice_cut(&query, '&', &part) && part.p + part.n < value.p)
		FUZZ_CHECK(memchr(name.p, '%', name.n) || memchr(name.p, '+', name.n) || part.n == 0 ||
		    !slice_eq(part, name));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct slice raw = {(const char *)p, n};
	char *out = malloc(n + 1), *again = malloc(n + 1);
	size_t out_n, again_n;

	FUZZ_CHECK(out && again);
	if (n < 500 && http_path_normalise(raw, out, &out_n) == FAULT_NONE) {
		struct slice normal = {out, out_n};
		struct fuzz_story before = {0}, after = {0};
		FUZZ_CHECK(out_n <= n);
		check_normal(normal);
		FUZZ_CHECK(http_path_normalise(normal, again, &again_n) == FAULT_NONE);
		FUZZ_CHECK(slice_eq(normal, (struct slice){again, again_n}));
		FUZZ_CHECK(plain_resolve(raw, &before) && plain_resolve(normal, &after));
		FUZZ_CHECK(before.hash == after.hash);
	}
	if (http_path_decode(raw, true, out, &out_n)) {
		FUZZ_CHECK(out_n <= n);
		FUZZ_CHECK(memchr(p, '\0', n) || !memchr(out, '\0', out_n));
	}
	size_t cut = n > 0 ? p[0] % n : 0;
	check_query((struct slice){raw.p + cut, n - cut}, (struct slice){raw.p, cut});
	free(out);
	free(again);
	return 0;
}
