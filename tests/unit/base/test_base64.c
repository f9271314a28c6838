/* Base64 by RFC 4648, strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"

/* RFC 4648 section 10. */
static const char *const vectors[][2] = {
    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};

static void test_vectors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		char text[16];
		uint8_t bytes[16];
		size_t size = strlen(vectors[i][0]), n;
		size_t m = base64_encode(text, (const uint8_t *)vectors[i][0], size);
		assert_int_equal(m, BASE64_SIZE(size));
		assert_int_equal(m, strlen(vectors[i][1]));
		assert_memory_equal(text, vectors[i][1], m);
		assert_true(base64_decode(bytes, &n, text, m));
		assert_int_equal(n, size);
		assert_memory_equal(bytes, vectors[i][0], n);
	}
}

static void test_all_bytes_come_back(void **state)
{
	uint8_t bytes[258], back[258];
	char text[BASE64_SIZE(sizeof(bytes))];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		size_t m = base64_encode(text, bytes, size);
		assert_true(base64_decode(back, &n, text, m));
		assert_int_equal(n, size);
		assert_memory_equal(back, bytes, n);
	}
}

static void test_not_base64(void **state)
{
	static const char *const wrong[] = {
	    "Z", "Zg", "Zg=", "Zm8", "Zg==Zg==", "Z===", "====", "=Zm9", "Zm=v", "Zm9v\n", " Zm9",
	    "Zm9 ", "Zm9-", "Zm9_", "Zh==", "Zm9=", "Zm/=", "Zg=a", "Zm9v====", "\xc3\xa9gg"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		uint8_t out[16];
		size_t n;
		assert_false(base64_decode(out, &n, wrong[i], strlen(wrong[i])));
	}
}

/* Each byte value at each of the four places of a group. */
static void test_alphabet(void **state)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for (unsigned c = 0; c < 256; c++)
		for (size_t place = 0; place < 8; place++) {
			char text[] = "AAAAAAAA";
			uint8_t out[6];
			size_t n;
			text[place] = (char)c;
			bool ok = (c != 0 && strchr(alphabet, (int)c)) || (c == '=' && place == 7);
			assert_int_equal(base64_decode(out, &n, text, 8), ok);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_all_bytes_come_back),
	    cmocka_unit_test(test_not_base64),
	    cmocka_unit_test(test_alphabet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
