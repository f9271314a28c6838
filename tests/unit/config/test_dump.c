/* The dump says everything, and means the same again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "config/schema.h"
#include "config/type.h"
#include "unit/config/said.h"

/* Every key that is supported, with a value that is not its default. */
static const char everything[] =
    "sandbox = false;\n"
    "workers = 3;\n"
    "pid_file = \"/run/x.pid\";\n"
    "drain = \"5m\";\n"
    "stop_timeout = \"90s\";\n"
    "upgrade_timeout = \"2m\";\n"
    "log: {\n\tlevel = \"debug\";\n\tto = \"/var/log/x\";\n\tformat = \"json\";\n};\n"
    "access_log: {\n\tto = \"stdout\";\n\tformat = \"combined\";\n};\n"
    "admin: {\n\thttp = \"127.0.0.1:9901\";\n};\n"
    "limits: {\n\tconnections = \"3000000000\";\n\tper_ip = 9;\n"
    "\thandshakes = \"600/m burst 40\";\n\tmemory = \"1G\";\n\thead = \"2K\";\n\theaders = 7;\n"
    "\tstreams = 50;\n"
    "\thead_timeout = \"250ms\";\n\tkeepalive = \"0\";\n"
    "\tapply = \"new\";\n};\n"
    "\n"
    "listeners: {\n"
    "\ta: {\n\t\tbind = [ \"*:80\", \"unix:/run/x.sock\" ];\n"
    "\t\thttp2 = false;\n\t\taccept_proxy = true;\n"
    "\t\ttrust = [ \"10.0.0.0/8\" ];\n\t\tredirect_https = 8443;\n"
    "\t\tbacklog = 5;\n\t\tmode = \"0600\";\n\t};\n"
    "\tb: {\n\t\tbind = [ \"[::1]:443\" ];\n\t\ttls = \"self-signed\";\n\t\thttp2 = true;\n"
    "\t\taccept_proxy = false;\n\t\tredirect_https = false;\n\t\tbacklog = 1024;\n\t};\n"
    "\tc: {\n\t\tbind = [ \"127.0.0.1:443\" ];\n\t\thttp2 = true;\n"
    "\t\taccept_proxy = false;\n\t\tredirect_https = true;\n"
    "\t\tbacklog = 1024;\n\t};\n"
    "};\n"
    "\n"
    "backends: {\n"
    "\tt: {\n\t\tservers = [ \"tls://a:1\", "
    "\"tls://[::1]:2 weight=2 max=3 backup\" ];\n\t\tbalance = \"hash:${client.ip}\";\n"
    "\t\tconnect_timeout = \"1ms\";\n\t\ttries = 3;\n\t\tmax_sessions = 7;\n"
    "\t\tqueue: {\n\t\t\tlength = 5;\n\t\t\ttimeout = \"1m\";\n\t\t};\n"
    "\t\thealth: {\n\t\t\ttype = \"expect\";\n\t\t\tinterval = \"1s\";\n"
    "\t\t\ttimeout = \"10ms\";\n\t\t\trise = 1;\n\t\t\tfall = 9;\n\t\t\tpath = \"/x\";\n"
    "\t\t\tstatus = 204;\n\t\t\tsend = \"a\\r\";\n\t\t\texpect = \"b\\n\";\n\t\t};\n"
    "\t\ttls: {\n\t\t\tsni = \"s\";\n\t\t\tverify = false;\n\t\t\tmin_version = \"1.3\";\n\t\t};\n"
    "\t\tsend_proxy = \"v1\";\n\t\tpreamble = \"a ${client.ip}\\r\\n\";\n"
    "\t\tresolve = \"1h\";\n\t};\n"
    "\tm: {\n\t\tmap = \"/tmp\";\n\t\tkey = \"${query.token}\";\n"
    "\t\tallow_targets = [ \"10.0.0.0/8\" ];\n\t\tbalance = \"roundrobin\";\n"
    "\t\tconnect_timeout = \"3s\";\n\t\ttries = 2;\n\t\tmax_sessions = 0;\n"
    "\t\tresolve = \"30s\";\n\t};\n"
    "\tp: {\n\t\tservers = [ \"https://p:80\" ];\n"
    "\t\tpoll: {\n\t\t\tpath = \"/a?b\";\n\t\t\tsend = \"/c\";\n\t\t};\n"
    "\t\tmode = \"longpoll\";\n\t\tretry_for = \"5s\";\n\t\tbalance = \"roundrobin\";\n"
    "\t\tconnect_timeout = \"3s\";\n\t\tresponse_timeout = \"1m\";\n"
    "\t\tbody_timeout = \"5m\";\n\t\ttries = 2;\n\t\tmax_sessions = 0;\n"
    "\t\ttls: {\n\t\t\tverify = true;\n\t\t\tmin_version = \"1.2\";\n\t\t};\n"
    "\t\tkeepalive: {\n\t\t\tidle = \"1m\";\n\t\t\tmax = 64;\n\t\t};\n"
    "\t\tresolve = \"30s\";\n\t};\n"
    "\tw: {\n\t\tservers = [ \"http://w:80\" ];\n\t\tmode = \"proxy\";\n"
    "\t\tbalance = \"roundrobin\";\n\t\tconnect_timeout = \"3s\";\n"
    "\t\tresponse_timeout = \"5s\";\n\t\tbody_timeout = \"0\";\n\t\ttries = 2;\n"
    "\t\tmax_sessions = 0;\n"
    "\t\tkeepalive: {\n\t\t\tidle = \"5s\";\n\t\t\tmax = 0;\n\t\t};\n"
    "\t\tresolve = \"30s\";\n\t};\n"
    "\ts: {\n\t\tservers = [ \"ws://w:1/x\" ];\n\t\tbalance = \"roundrobin\";\n"
    "\t\tconnect_timeout = \"3s\";\n\t\ttries = 2;\n\t\tmax_sessions = 0;\n"
    "\t\tresolve = \"30s\";\n\t};\n"
    "};\n"
    "\n"
    "routes: {\n"
    "\ta: {\n\t\thost = [ \"a.example\", \"*.b.example\" ];\n\t\tpath = \"=/x\";\n"
    "\t\tmethod = [ \"GET\", \"PUT\" ];\n\t\theader = { X-A = \"1\"; X-B = \"\\\"\"; };\n"
    "\t\tquery = { q = \"\"; };\n\t\tsource = [ \"10.0.0.0/8\", \"::1/128\" ];\n"
    "\t\tbackend = \"t\";\n"
    "\t\ttransports = [ \"websocket\" ];\n\t\tframing = \"text\";\n"
    "\t\tsubprotocols = [ \"b\", \"l\", \"\" ];\n"
    "\t\tsubprotocol_framing = [ \"b=base64\", \"l=length16be\" ];\n"
    "\t\tinvalid = \"replace\";\n\t\torigins = [ \"*\" ];\n"
    "\t\tmax_message = \"2G\";\n"
    "\t\tmessage_type = \"text\";\n\t\tping = \"0\";\n\t\tping_timeout = \"1s\";\n\t\tidle = \"1h\";\n"
    "\t\tmax_lifetime = \"7d\";\n\t\tbuffer = \"1K\";\n"
    "\t\tdeflate: {\n\t\t\tenable = true;\n\t\t\tmin_size = \"1K\";\n"
    "\t\t\tcontext_takeover = true;\n\t\t\tlevel = 9;\n\t\t};\n"
    "\t\trefuse = \"close\";\n"
    "\t\tallow = [ \"10.0.0.0/8\" ];\n\t\tdeny = [ \"10.0.0.1/32\" ];\n"
    "\t\tlimits: {\n\t\t\tsessions = 5;\n\t\t\tper_ip = 2;\n\t\t\tmessages = \"100/s\";\n"
    "\t\t\tbytes = \"1M/s\";\n\t\t};\n\t\ton_reload = \"close\";\n\t};\n";

static const char sessions[] =
    "\t\ttransports = [ \"websocket\" ];\n\t\tframing = \"binary\";\n\t\tsubprotocols = [ ];\n"
    "\t\tinvalid = \"close\";\n\t\torigins = [ \"same\" ];\n\t\tmax_message = \"1M\";\n"
    "\t\tping = \"25s\";\n\t\tping_timeout = \"20s\";\n\t\tidle = \"0\";\n\t\tmax_lifetime = \"0\";\n"
    "\t\tbuffer = \"64K\";\n"
    "\t\tdeflate: {\n\t\t\tenable = true;\n\t\t\tmin_size = \"256\";\n"
    "\t\t\tcontext_takeover = false;\n\t\t\tlevel = 1;\n\t\t};\n"
    "\t\trefuse = \"http\";\n"
    "\t\tlimits: {\n\t\t\tsessions = 0;\n\t\t\tper_ip = 0;\n\t\t\tmessages = \"0\";\n"
    "\t\t\tbytes = \"0\";\n\t\t};\n\t\ton_reload = \"keep\";\n\t};\n";

/* Of a web server's route nothing is said about messages. */
#define WEB_KEYS \
    "\t\ttransports = [ \"websocket\" ];\n\t\torigins = [ \"same\" ];\n" \
    "\t\tidle = \"0\";\n\t\tmax_lifetime = \"0\";\n\t\tbuffer = \"64K\";\n" \
    "\t\tlimits: {\n\t\t\tsessions = 0;\n\t\t\tper_ip = 0;\n\t\t\tmessages = \"0\";\n" \
    "\t\t\tbytes = \"0\";\n\t\t};\n"

static const char web[] =
    "\tw: {\n\t\tpath = \"/w\";\n\t\tbackend = \"w\";\n"
    WEB_KEYS
    "\t\trewrite: {\n\t\t\tstrip = \"/w\";\n\t\t\thost = \"a\";\n"
    "\t\t\tset_headers = { X-A = \"${client.ip}\"; X-B = \"b\"; };\n"
    "\t\t\tremove_headers = [ \"X-C\", \"X-D\" ];\n"
    "\t\t\tset_response_headers = { X-E = \"\\\"\"; };\n"
    "\t\t\tremove_response_headers = [ \"Server\" ];\n\t\t};\n"
    "\t\tcors: {\n\t\t\torigins = [ \"https://*.a.example\", \"null\" ];\n"
    "\t\t\tmethods = [ \"PUT\" ];\n\t\t\theaders = [ \"X-F\", \"*\" ];\n"
    "\t\t\texpose = [ \"ETag\" ];\n"
    "\t\t\tcredentials = false;\n\t\t\tmax_age = \"10m\";\n\t\t};\n\t};\n"
    "\tx: {\n\t\tpath = \"~^/x/(?<id>.*)$\";\n\t\tbackend = \"w\";\n"
    WEB_KEYS
    "\t\trewrite: {\n\t\t\tpath = \"/y/${path.id}?z=1\";\n\t\t};\n\t};\n";

/* Nothing is framed for who knows messages. */
#define MESSAGE_KEYS(transports) \
    "\t\ttransports = [ " transports " ];\n\t\tsubprotocols = [ ];\n" \
    "\t\torigins = [ \"same\" ];\n\t\tmax_message = \"1M\";\n" \
    "\t\tping = \"25s\";\n\t\tping_timeout = \"20s\";\n\t\tidle = \"0\";\n" \
    "\t\tmax_lifetime = \"0\";\n\t\tbuffer = \"64K\";\n" \
    "\t\tdeflate: {\n\t\t\tenable = true;\n\t\t\tmin_size = \"256\";\n" \
    "\t\t\tcontext_takeover = false;\n\t\t\tlevel = 1;\n\t\t};\n" \
    "\t\trefuse = \"http\";\n" \
    "\t\tlimits: {\n\t\t\tsessions = 0;\n\t\t\tper_ip = 0;\n\t\t\tmessages = \"0\";\n" \
    "\t\t\tbytes = \"0\";\n\t\t};\n\t\ton_reload = \"keep\";\n"

static const char messages[] =
    "\ts: {\n\t\tpath = \"/s\";\n\t\tbackend = \"s\";\n"
    MESSAGE_KEYS("\"websocket\", \"sockjs\", \"sse\", \"longpoll\"")
    "\t\tsockjs: {\n\t\t\theartbeat = \"10s\";\n\t\t\tdisconnect = \"15s\";\n"
    "\t\t\tresponse_limit = \"4K\";\n\t\t\tcookie_needed = true;\n"
    "\t\t\tclient_url = \"/sockjs.min.js\";\n\t\t\twebsocket = false;\n\t\t};\n"
    "\t\tsession: {\n\t\t\tresume = \"1m\";\n\t\t\treplay = \"64K\";\n"
    "\t\t\tpoll = \"10s\";\n\t\t\tmax_per_ip = 9;\n\t\t};\n\t};\n"
    "\tp: {\n\t\tpath = \"/p\";\n\t\tbackend = \"p\";\n"
    MESSAGE_KEYS("\"websocket\"")
    "\t};\n";

static const char *const actions[] = {
    "\tm: {\n\t\tpath = \"/m\";\n\t\tbackend = \"m\";\n",
    "\tb: {\n\t\tpath = \"/b\";\n\t\tstatic = \"/\";\n\t\tindex = \"i\";\n",
    "\tc: {\n\t\tpath = \"~^/c/(?<id>\\\\d)$\";\n"
    "\t\tredirect = \"https://${host}/${path.id}$${x}\";\n\t\tstatus = 302;\n",
    "\td: {\n\t\tpath = \"/d\";\n\t\trespond: {\n\t\t\tstatus = 404;\n\t\t\ttype = \"text/html\";\n"
    "\t\t\tbody = \"a\\n\\t\\\"\\\\\\x01\xc3\xa4\";\n\t\t};\n",
    "\te: {\n\t\tpath = \"/e\";\n\t\tservice = \"echo\";\n",
    "\tf: {\n\t\tservice = \"health\";\n",
};

static void test_everything(void **state)
{
	char text[16384], *dump;

	(void)state;
	strcat(strcat(strcpy(text, everything), web), messages);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		strcat(strcat(text, actions[i]), sessions);
	strcat(text, "};\n");
	struct config *c = said_good(text);
	dump = said_dump(c);
	assert_string_equal(dump, text);
	config_free(c);
	free(dump);
}

/* Whatever is left out shows with its default, and that changes nothing. */
static void test_defaults(void **state)
{
	struct config *c = said_good(SAID_LISTENERS SAID_ROUTES);
	char *dump = said_dump(c), *again;

	(void)state;
	assert_non_null(strstr(dump, "stop_timeout = \"30s\";\n"));
	assert_non_null(strstr(dump, "\t\tsubprotocols = [ ];\n"));
	assert_null(strstr(dump, "access_log"));
	assert_null(strstr(dump, "tls"));
	assert_null(strstr(dump, "status"));
	config_free(c);
	c = said_good(dump);
	again = said_dump(c);
	assert_string_equal(again, dump);
	config_free(c);
	free(dump);
	free(again);
}

static void expect_in_dump(const struct schema_group *g, const char *dump)
{
	char line[80];

	for (size_t i = 0; i < g->n; i++) {
		const struct schema_key *key = &g->keys[i];
		if (key->flags & SCHEMA_LATER || key->type == &type_include ||
		    key->type == &type_defaults)
			continue;
		bool group = key->type == &type_group || key->type == &type_collection;
		snprintf(line, sizeof(line), group ? "%s: {" : "%s = ", key->name);
		/* These need files or users that the machine may not have. */
		if (strstr("user group certificates ca cert key tls max_version ciphers ciphersuites "
		    "groups tickets ticket_rotation client_ca client_verify reload", key->name) == NULL &&
		    strstr(dump, line) == NULL)
			fail_msg("%s is not in the dump: is it in this test?", key->name);
		if (group)
			expect_in_dump(key->group, dump);
	}
}

/* A new key comes into the test above, too. */
static void test_no_key_is_forgotten(void **state)
{
	char text[16384];

	(void)state;
	strcat(strcat(strcpy(text, everything), web), messages);
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		strcat(strcat(text, actions[i]), sessions);
	expect_in_dump(&schema_top, text);
}

static void test_tls(void **state)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n";
	char dir[64], path[128], text[4096], *dump;

	(void)state;
	snprintf(path, sizeof(path), "%s/x.pem", said_dir(dir));
	said_write(path, pem);
	snprintf(text, sizeof(text), "tls: {\n\tt: {\n"
	    "\t\tcertificates = ( \"%s\", { cert = \"%s\"; key = \"%s/./x.pem\"; } );\n"
	    "\t\tmin_version = \"1.2\";\n\t\tmax_version = \"1.3\";\n"
	    "\t\tciphers = \"ALL\";\n\t\tciphersuites = \"X\";\n\t\tgroups = \"P-256\";\n"
	    "\t\tclient_ca = \"%s\";\n\t\tclient_verify = \"optional\";\n"
	    "\t\ttickets = false;\n\t\tticket_rotation = \"1m\";\n"
	    "\t\treload = \"manual\";\n\t};\n};\n"
	    "\nbackends: {\n\tb: {\n\t\tservers = [ \"tls://x:1\" ];\n\t\tbalance = \"roundrobin\";\n"
	    "\t\tconnect_timeout = \"3s\";\n\t\ttries = 2;\n\t\tmax_sessions = 0;\n"
	    "\t\ttls: {\n\t\t\tca = \"%s\";\n\t\t\tverify = true;\n\t\t\tcert = \"%s\";\n"
	    "\t\t\tkey = \"%s\";\n", path, path, dir, path, path, path, path);
	char whole[8192];
	snprintf(whole, sizeof(whole),
	    "%s\t\t}; }; }; listeners: { w: { bind = \"*:1\"; tls = \"t\"; }; };"
	    "routes: { r: { backend = \"b\"; }; };", text);
	struct config *c = said_good(whole);
	dump = said_dump(c);
	assert_non_null(strstr(dump, "\ntls: {\n"));
	assert_memory_equal(strstr(dump, "\ntls: {\n") + 1, text, strlen(text));
	config_free(c);
	c = said_good(dump);
	char *again = said_dump(c);
	assert_string_equal(again, dump);
	config_free(c);
	free(dump);
	free(again);
	said_dir_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_everything),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_no_key_is_forgotten),
	    cmocka_unit_test(test_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
