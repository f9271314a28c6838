#include "process/version.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <ares.h>
#include <jansson.h>
#include <libconfig.h>
#include <nghttp2/nghttp2.h>
#include <openssl/crypto.h>
#include <pcre2.h>
#include <stdio.h>

#include "autoconf.h"
#include "framing/framing.h"

/* What is in use, which may be newer than what the program was built with; but libconfig. */
static void version_print_libraries(void)
{
	char pcre2[64] = "?";

	pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
	printf("%s\nnghttp2 %s\nc-ares %s\nPCRE2 %s\nJansson %s\n",
	    OpenSSL_version(OPENSSL_VERSION), nghttp2_version(0)->version_str,
	    ares_version(NULL), pcre2, jansson_version_str());
	printf("libconfig %d.%d.%d\n", LIBCONFIG_VER_MAJOR, LIBCONFIG_VER_MINOR,
	    LIBCONFIG_VER_REVISION);
}

int version_run(const struct arguments *a)
{
	(void)a;
	puts("framegate " PACKAGE_VERSION);
	puts("transports: websocket sockjs sse longpoll");
	fputs("backends: tcp tls unix ws wss http https\nframings:", stdout);
	for (size_t i = 0; i < framing_count; i++)
		printf(" %s", framing_table[i]->name);
	putchar('\n');
	version_print_libraries();
	return COMMAND_DONE;
}
