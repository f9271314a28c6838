/* What is told of certificates: whose they are, and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/tls_certificate.h"
#include "tls_fixture.h"

static void expect(X509 *x, const char *subject)
{
	struct buffer b = {0};

	tls_certificate_subject(x, &b);
	buffer_add(&b, (struct slice){"", 1});
	assert_false(b.failed);
	assert_string_equal((char *)b.p, subject);
	buffer_clear(&b);
}

static void test_subject(void **state)
{
	struct identity id = identity_new("a.example", "DNS:b.example", NULL);

	(void)state;
	expect(id.cert, "CN=a.example");
	X509_NAME *name = X509_NAME_new();
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8,
	    (const unsigned char *)"M\xc3\xbcller, \"&\" S\xc3\xb6hne\x01", -1, -1, 0), 1);
	assert_int_equal(X509_set_subject_name(id.cert, name), 1);
	expect(id.cert, "O=M\xc3\xbcller\\, \\\"&\\\" S\xc3\xb6hne\\01");
	X509_NAME_free(name);
	identity_free(&id);
}

/* As certificates are that a machine asked for: names only. */
static void test_no_subject(void **state)
{
	struct identity id = identity_new("a", "IP:127.0.0.1,DNS:b.example,DNS:c.example", NULL);
	X509_NAME *name = X509_NAME_new();

	(void)state;
	assert_int_equal(X509_set_subject_name(id.cert, name), 1);
	expect(id.cert, "b.example");
	X509_NAME_free(name);
	identity_free(&id);
	id = identity_new("a", NULL, NULL);
	name = X509_NAME_new();
	assert_int_equal(X509_set_subject_name(id.cert, name), 1);
	expect(id.cert, "");
	X509_NAME_free(name);
	identity_free(&id);
}

static void test_expires(void **state)
{
	struct identity id = identity_new("a", NULL, NULL);

	(void)state;
	assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(id.cert), "20300102030405Z"), 1);
	assert_int_equal(tls_certificate_expires(id.cert), 1893553445);
	assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(id.cert), "500101000000Z"), 1);
	assert_int_equal(tls_certificate_expires(id.cert), -631152000);
	identity_free(&id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_subject),
	    cmocka_unit_test(test_no_subject),
	    cmocka_unit_test(test_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
