/* Accept-Encoding by RFC 9110 section 12.5.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "codec/http_coding.h"

static void order_is(const struct http_codings *c, const char *value, const char *expected)
{
	enum http_coding order[HTTP_CODINGS];
	char text[64] = "";
	unsigned n = http_codings_order(c, order);

	for (unsigned i = 0; i < n; i++) {
		struct slice name = http_coding_name(order[i]);
		strcat(text, i ? " " : "");
		strncat(text, name.n ? name.p : "-", name.n ? name.n : 1);
	}
	if (strcmp(text, expected) != 0)
		fail_msg("\"%s\": \"%s\" is not \"%s\"", value, text, expected);
}

/* "-" is identity. */
static void test_order(void **state)
{
	static const char *const rows[][2] = {
		{"gzip, br", "br gzip -"},
		{"gzip, deflate, br, zstd", "br gzip -"},
		{"gzip", "gzip -"},
		{"x-gzip", "gzip -"},
		{"GZip;Q=1", "gzip -"},
		{"", "-"},
		{"deflate", "-"},
		{"br;q=0.5, gzip;q=0.9", "gzip br -"},
		{"br;q=0.001, gzip;q=0.002, identity", "- gzip br"},
		{"identity;q=1, gzip;q=0.5", "- gzip"},
		{"identity;q=1, *;q=0", "-"},
		{"gzip;q=0", "-"},
		{"gzip;q=0.000", "-"},
		{"identity;q=0", ""},
		{"*;q=0", ""},
		{"gzip, identity;q=0", "gzip"},
		{"gzip, *;q=0", "gzip"},
		{"*", "br gzip -"},
		{"*;q=0.5, gzip", "gzip br -"},
		{"*, br;q=0", "gzip -"},
		{" gzip ; q = 0.3 ,\tbr;q=0.2,,", "gzip br -"},
		{"gzip;q=1.001", "-"},
		{"gzip;q=2", "-"},
		{"gzip;q=", "-"},
		{"gzip;q", "-"},
		{"gzip;q=0.1234", "-"},
		{"gzip;q=-1", "-"},
		{"gzip;x=1", "-"},
		{"gzip;q=0;q=1", "-"},
		{"gzipped, brotli", "-"},
		{"gzip;q=0, gzip", "gzip -"},
	};
	struct http_codings c;

	(void)state;
	http_codings_init(&c);
	order_is(&c, "(none)", "-");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		http_codings_init(&c);
		http_codings_read(&c, slice_of(rows[i][0]));
		order_is(&c, rows[i][0], rows[i][1]);
	}
	/* Several fields are one list. */
	http_codings_init(&c);
	http_codings_read(&c, SLICE("br;q=0.1"));
	http_codings_read(&c, SLICE("gzip, identity;q=0"));
	order_is(&c, "(two)", "gzip br");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
