/* permessage-deflate, agreed on: RFC 7692 section 7.1, RFC 6455 section 9.1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "codec/ws_extension.h"

#define PMD	"permessage-deflate"
#define PLAIN	PMD "; server_no_context_takeover; client_no_context_takeover"

static struct header fields[2];

static unsigned say(const char *first, const char *second)
{
	fields[0] = (struct header){SLICE("sec-websocket-extensions"), slice_of(first)};
	fields[1] = (struct header){SLICE("Sec-WebSocket-Extensions"), slice_of(second)};
	return second ? 2 : 1;
}

static void answer(const char *first, const char *second, bool takeover, char *text, size_t size)
{
	char room[WS_EXTENSION_TEXT];
	struct ws_extension x;
	enum fault f = ws_extension_choose(fields, say(first, second), takeover, &x);

	if (f != FAULT_NONE)
		snprintf(text, size, "%s", fault_name(f));
	else if (!x.on)
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%.*s window=%u%s%s",
		    SLICE_ARG(ws_extension_answer(&x, room)), x.out_window,
		    x.out_takeover ? " out" : "", x.in_takeover ? " in" : "");
}

static void expect(const char *offer, bool takeover, const char *expected)
{
	char text[256];

	answer(offer, NULL, takeover, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void test_offers(void **state)
{
	(void)state;
	expect(PMD, false, PLAIN " window=15");
	expect(PMD, true, PMD " window=15 out in");
	expect("", false, "-");
	expect("foo", false, "-");
	expect("foo; bar=\"baz\", " PMD, false, PLAIN " window=15");
	expect("Permessage-deflate", false, "-");
	expect(PMD "; server_no_context_takeover", true,
	    PMD "; server_no_context_takeover window=15 in");
	expect(PMD ";client_no_context_takeover", true,
	    PMD "; client_no_context_takeover window=15 out");
	expect(" ,, " PMD " ; client_max_window_bits\t,", true, PMD " window=15 out in");
	expect(PMD "; client_max_window_bits=9", true, PMD " window=15 out in");
	expect(PMD "; client_max_window_bits=\"10\"", true, PMD " window=15 out in");
}

static void test_windows(void **state)
{
	char offer[80], expected[160];

	(void)state;
	for (unsigned bits = 9; bits <= 15; bits++) {
		snprintf(offer, sizeof(offer), PMD "; server_max_window_bits=%u", bits);
		snprintf(expected, sizeof(expected),
		    PMD "; server_max_window_bits=%u window=%u out in", bits, bits);
		expect(offer, true, expected);
	}
	/* What zlib cannot do is declined; the next offer may do. */
	expect(PMD "; server_max_window_bits=8", true, "-");
	expect(PMD "; server_max_window_bits=8, " PMD, true, PMD " window=15 out in");
	expect(PMD "; client_max_window_bits=8", true, PMD " window=15 out in");
}

/* An offer that we do not understand is declined, and no reason to fail (section 5.1). */
static void test_declined(void **state)
{
	static const char *const parameters[] = {
	    "unknown", "unknown=1", "server_max_window_bits", "server_max_window_bits=7",
	    "server_max_window_bits=16", "server_max_window_bits=010", "server_max_window_bits=9x",
	    "client_max_window_bits=7", "client_max_window_bits=0", "server_no_context_takeover=1",
	    "client_no_context_takeover=true", "server_no_context_takeover; "
	    "server_no_context_takeover", "client_max_window_bits; client_max_window_bits=9",
	    "SERVER_NO_CONTEXT_TAKEOVER"};

	(void)state;
	for (size_t i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		char offer[160];
		snprintf(offer, sizeof(offer), PMD "; %s", parameters[i]);
		expect(offer, true, "-");
		snprintf(offer, sizeof(offer), PMD "; %s, " PMD, parameters[i]);
		expect(offer, true, PMD " window=15 out in");
	}
}

static void test_malformed(void **state)
{
	static const char *const offers[] = {PMD ";", PMD "; ;a", PMD "; a=", PMD "; a=\"\"",
	    PMD "; a=\"b c\"", PMD "; a=\"b", PMD " a", "=", ";", "a/b", "a; b=c d", "\"a\""};

	(void)state;
	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		/* What was agreed on before is not looked behind; what comes first must be right. */
		char first[80];
		snprintf(first, sizeof(first), "foo, %s", offers[i]);
		expect(offers[i], true, "WS_HANDSHAKE");
		expect(first, true, "WS_HANDSHAKE");
	}
}

static void test_several_fields(void **state)
{
	char text[256];

	(void)state;
	answer("foo", PMD, true, text, sizeof(text));
	assert_string_equal(text, PMD " window=15 out in");
	answer(PMD "; server_no_context_takeover", PMD, true, text, sizeof(text));
	assert_string_equal(text, PMD "; server_no_context_takeover window=15 in");
}

static void expect_accepted(const char *said, bool takeover, const char *expected)
{
	struct ws_extension x;
	char text[80];
	enum fault f = ws_extension_accept(fields, say(said, NULL), takeover, &x);

	if (f != FAULT_NONE)
		snprintf(text, sizeof(text), "%s", fault_name(f));
	else
		snprintf(text, sizeof(text), "%s%s%s", x.on ? "on" : "off",
		    x.out_takeover ? " out" : "", x.in_takeover ? " in" : "");
	assert_string_equal(text, expected);
}

static void test_accepted(void **state)
{
	(void)state;
	expect_accepted("", true, "off");
	expect_accepted(PMD, true, "on out in");
	expect_accepted(PMD, false, "on in");
	expect_accepted(PLAIN, true, "on");
	expect_accepted(PLAIN, false, "on");
	expect_accepted(PMD "; server_max_window_bits=8", true, "on out in");
	expect_accepted(PMD "; client_max_window_bits=9", true, "WS_HANDSHAKE");
	expect_accepted("foo", true, "WS_HANDSHAKE");
	expect_accepted(PMD ", " PMD, true, "WS_HANDSHAKE");
	expect_accepted(PMD "; unknown", true, "WS_HANDSHAKE");
	expect_accepted(PMD ";", true, "WS_HANDSHAKE");
}

static void test_offer(void **state)
{
	struct slice s = ws_extension_offer(false);

	(void)state;
	assert_true(slice_eq(s, SLICE(PLAIN)));
	assert_true(slice_eq(ws_extension_offer(true), SLICE(PMD)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_offers),
	    cmocka_unit_test(test_windows),
	    cmocka_unit_test(test_declined),
	    cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_several_fields),
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_offer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
