#include "admin/status_page.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"

enum { STATUS_PAGE_HASH = BASE64_SIZE(32) + 1 };

const char status_page[] =
#include "admin/status_page.text"
    ;

/* Of what stands in the page between these, without them. */
static void status_page_hash(const char *begin, const char *end, char hash[STATUS_PAGE_HASH])
{
	const char *from = strstr(status_page, begin) + strlen(begin);
	size_t n = (size_t)(strstr(from, end) - from);
	uint8_t digest[EVP_MAX_MD_SIZE];
	size_t used = 0;

	if (EVP_Q_digest(NULL, "SHA256", NULL, from, n, digest, &used) == 1)
		used = base64_encode(hash, digest, used);
	hash[used] = '\0';
}

const char *status_page_policy(char text[STATUS_PAGE_POLICY])
{
	char script[STATUS_PAGE_HASH], style[STATUS_PAGE_HASH];

	status_page_hash("<script>", "</script>", script);
	status_page_hash("<style>", "</style>", style);
	snprintf(text, STATUS_PAGE_POLICY, "default-src 'none'; script-src 'sha256-%s'; "
	    "style-src 'sha256-%s'; connect-src 'self'; img-src data:; base-uri 'none'; "
	    "form-action 'none'; frame-ancestors 'none'", script, style);
	return text;
}
