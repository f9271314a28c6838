/* Every option of websockify: what it becomes, or the comment that says why it becomes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "process/websockify.h"

enum { WORDS = 9 };

struct taken {
	const char	*args[WORDS];
	const char	*says;		/* stands in the configuration */
	bool		 unready;	/* names files, or what cannot be checked here */
	const char	*not;		/* does not stand in it */
};

#define LONG "/a-path-of-forty-bytes-or-a-little-more-at"
#define ADDRESSES "6080", "localhost:5900"

static const struct taken taken[] = {
    {{ADDRESSES}, "bind = \"*:6080\";", false, "# What differs"},
    {{ADDRESSES}, "servers = [\"tcp://localhost:5900\"];", false, NULL},
    {{"127.0.0.1:80", ":5900"}, "bind = \"127.0.0.1:80\";", false, NULL},
    {{":80", ":5900"}, "servers = [\"tcp://localhost:5900\"];", false, NULL},
    {{"localhost:80", "[::1]:5900"}, "bind = \"127.0.0.1:80\";", false, NULL},
    {{"::1:80", "::1:5900"}, "bind = \"[::1]:80\";", false, NULL},
    {{"80", "::1:5900"}, "servers = [\"tcp://[::1]:5900\"];", false, NULL},
    {{"--prefer-ipv6", "localhost:80", "a:1"}, "bind = \"[::1]:80\";", false, NULL},
    {{"-6", "localhost:80", "a:1"}, "bind = \"[::1]:80\";", false, NULL},
    {{"--auth-plugin", "BasicHTTPAuth", ADDRESSES}, "deny = [\"0.0.0.0/0\", \"::/0\"];", false,
	NULL},
    {{"--auth-plugin=A", "--auth-source=u:secret", ADDRESSES}, "# --auth-source:", false,
	"secret"},
    {{"--cert", "/c.pem", "--verify-client", "--cafile", "/ca.pem", ADDRESSES},
	"client_ca = \"/ca.pem\";\n\t\tclient_verify = \"require\";", true, NULL},
    {{"--cert", "/c.pem", "--verify-client", ADDRESSES}, "client_ca = \"/etc/ssl/", true, NULL},
    {{"--verify-client", ADDRESSES}, "deny = [\"0.0.0.0/0\", \"::/0\"];", false, "client_ca"},
    {{"--cafile", "/ca.pem", ADDRESSES}, "bind", false, "/ca.pem"},
    {{"--verify-client", ADDRESSES}, "# --verify-client:", false, NULL},
    {{"--cert=/c.pem", ADDRESSES}, "{ cert = \"/c.pem\"; key = \"/c.pem\"; }", true, NULL},
    {{"--cert=/c.pem", ADDRESSES}, "# plain: { bind", true, NULL},
    {{"--cert=/c.pem", "--ssl-only", ADDRESSES}, "tls = \"main\";", true, "# plain"},
    {{"--ssl-only", ADDRESSES}, "/self.pem\";", true, "# plain"},
    {{"--cert", "/c", "--key", "/k", ADDRESSES}, "{ cert = \"/c\"; key = \"/k\"; }", true, NULL},
    {{"--key-password", "secret", ADDRESSES}, "# --key-password:", false, "secret"},
    {{"--cert=/c", "--ssl-ciphers", "A:B", ADDRESSES}, "ciphers = \"A:B\";", true, NULL},
    {{"--cert=/c", "--ssl-version", "tlsv1_1", ADDRESSES}, "# --ssl-version:", true,
	"min_version"},
    {{"--cert=/c", "--ssl-version", "tlsv1_2", ADDRESSES}, "min_version = \"1.2\";", true,
	"# --ssl-version"},
    {{"--cert=/c", "--ssl-version", "tlsv1_3", ADDRESSES}, "min_version = \"1.3\";", true, NULL},
    {{"--daemon", ADDRESSES}, "# --daemon:", false, NULL},
    {{"-D", ADDRESSES}, "# --daemon:", false, NULL},
    {{"-vD", ADDRESSES}, "log: { level = \"debug\"; };", false, NULL},
    {{"--verbose", ADDRESSES}, "log: { level = \"debug\"; };", false, NULL},
    {{"--heartbeat", "30", ADDRESSES}, "ping = \"30s\";", false, NULL},
    {{"--heart=0", ADDRESSES}, "ping = \"0s\";", false, NULL},
    {{"--idle-timeout", "9", ADDRESSES}, "# --idle-timeout:", false, "idle ="},
    {{"--timeout", "9", ADDRESSES}, "# --timeout:", false, NULL},
    {{"--inetd", "a:1"}, "# --inetd:", false, NULL},
    {{"--syslog", "/dev/log", ADDRESSES}, "log: { to = \"syslog\"; };", false, "# --syslog"},
    {{"--syslog", "/run/other", ADDRESSES}, "# --syslog:", false, NULL},
    {{"--syslog", "a:514", ADDRESSES}, "# --syslog:", false, NULL},
    {{"--syslog", "x", "--legacy-syslog", ADDRESSES}, "# --legacy-syslog:", false, NULL},
    {{"--libserver", ADDRESSES}, "# --libserver:", false, NULL},
    {{"--log-file", "/tmp/l", ADDRESSES}, "log: { to = \"/tmp/l\"; };", false, NULL},
    {{"--record", "x", ADDRESSES}, "# --record:", false, NULL},
    {{"--run-once", ADDRESSES}, "# --run-once:", false, NULL},
    {{"--traffic", ADDRESSES}, "# --traffic:", false, NULL},
    {{"--ssl-target", ADDRESSES}, "servers = [\"tls://localhost:5900\"];", false, NULL},
    {{"--ssl-target", "--unix-target", "/u", "80"}, "# --ssl-target:", false, "tls://"},
    {{"--unix-target", "/u", "80"}, "servers = [\"unix:/u\"];", false, NULL},
    {{"--unix-listen", "/l", "a:1"}, "bind = \"unix:/l\";\n\t\tmode = \"0600\";", false, NULL},
    {{"--unix-listen=/l", "--unix-listen-mode", "750", "a:1"}, "mode = \"0750\";", false, NULL},
    {{"--unix-listen=/l", "--unix-listen-mode", "00600", "a:1"}, "mode = \"0600\";", false,
	NULL},
    {{"--unix-target=/u", "--target-config=/tmp", "80"}, "# --unix-target:", false, "servers"},
    {{"--web", "/tmp", ADDRESSES}, "static = \"/tmp\";", false, NULL},
    {{"--web", "/tmp", ADDRESSES}, "# --web:", false, NULL},
    {{"--web", "/tmp", "--file-only", ADDRESSES}, "static = \"/tmp\";", false, "# --web"},
    {{"--web=/tmp", "--web-auth", "--auth-plugin=A", ADDRESSES}, "# --web-auth:", false, NULL},
    {{"--target-config", "/tmp", "80"}, "map = \"/tmp\";\n\t\tkey = \"${query.token}\";", false,
	NULL},
    {{"--token-plugin", "TokenFile", "--token-source", "/tmp", "80"}, "map = \"/tmp\";", false,
	"# What differs"},
    {{"--token-plugin=TokenFile", "--token-source=/tmp", "--host-token", "80"},
	"key = \"${host}\";", false, NULL},
    {{"--token-plugin=TokenRedis", "--token-source=x", "80"}, "status = 503;", false, "servers"},
    {{"--wrap-mode", "respawn", "80", "--", "vnc", "-x"}, "# --wrap-mode:", false, "servers ="},
    {{"80", "--", "vnc", "--unheard-of"}, "# -- WRAP_COMMAND_LINE:", false, "servers ="},
};

static const struct {
	const char	*args[WORDS];
} refused[] = {
    {{NULL}},
    {{"80"}},
    {{"80", "nowhere"}},
    {{"80", "a:x"}},
    {{"x", "a:1"}},
    {{"80", "a:1", "b:2"}},
    {{"--unheard-of", "80", "a:1"}},
    {{"-x", "80", "a:1"}},
    {{"--ssl", "80", "a:1"}},
    {{"--only-upgrade", "80", "a:1"}},
    {{"--daemon=1", "80", "a:1"}},
    {{"80", "a:1", "--web"}},
    {{"--heartbeat", "often", "80", "a:1"}},
    {{"--ssl-version", "sslv3", "80", "a:1"}},
    {{"--wrap-mode", "x", "80", "a:1"}},
    {{"--token-source", "x", "80", "a:1"}},
    {{"--host-token", "80", "a:1"}},
    {{"--web-auth", "80", "a:1"}},
    {{"--unix-target", "/u", "80", "a:1"}},
    {{"70000", "a:1"}},
    {{"host:80", "a:1"}},
    {{"80", "a:0"}},
    {{"80", "a:70000"}},
    {{"80", "a b:1"}},
    {{"80", "http://a:1"}},
    {{"--unix-target", "/a b", "80"}},
    {{"--unix-target", LONG LONG LONG, "80"}},
    {{"--unix-listen", LONG LONG LONG, "a:1"}},
    {{"--unix-listen=/l", "--unix-listen-mode", "999", "a:1"}},
    {{"--unix-listen=/l", "--unix-listen-mode", "", "a:1"}},
    {{"--unix-listen=/l", "--unix-listen-mode", "17777", "a:1"}},
    {{"--heartbeat", "99999999999", "80", "a:1"}},
};

static int import(const char *const *words, char **text)
{
	char *args[WORDS];
	size_t n = 0, size;
	FILE *out = open_memstream(text, &size);

	for (; n < WORDS && words[n]; n++)
		args[n] = (char *)(uintptr_t)words[n];
	int status = websockify_write(out, n, args);
	fclose(out);
	return status;
}

static void test_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		const struct taken *t = &taken[i];
		char *text;
		assert_int_equal(import(t->args, &text), COMMAND_DONE);
		if (strstr(text, t->says) == NULL)
			fail_msg("row %zu: no %s in:\n%s", i, t->says, text);
		if (t->not && strstr(text, t->not))
			fail_msg("row %zu: %s in:\n%s", i, t->not, text);
		struct config *c = t->unready ? NULL : config_parse("test", text, NULL);
		if (!t->unready && c == NULL)
			fail_msg("row %zu: not accepted:\n%s", i, text);
		config_free(c);
		free(text);
	}
}

static bool is_named(const char *arg, const char *name)
{
	size_t n = strlen(name);

	return arg && strncmp(arg, "--", 2) == 0 && strncmp(arg + 2, name, n) == 0 &&
	    (arg[n + 2] == '\0' || arg[n + 2] == '=');
}

/* A row that is added to the table needs one here. */
static void test_all(void **state)
{
	(void)state;
	for (size_t key = 0; key < WEBSOCKIFY_COUNT; key++) {
		const struct websockify_option *o = &websockify_table[key];
		bool found = false;
		assert_non_null(o->name);
		assert_true(o->become || o->note);
		for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
			for (size_t k = 0; k < WORDS; k++)
				found |= is_named(taken[i].args[k], o->name);
		if (!found)
			fail_msg("nothing is tested of --%s", o->name);
	}
}

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		char *text;
		if (import(refused[i].args, &text) != COMMAND_USAGE)
			fail_msg("row %zu is taken:\n%s", i, text);
		assert_string_equal(text, "");
		free(text);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_taken),
	    cmocka_unit_test(test_all),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("websockify", tests, NULL, NULL);
}
