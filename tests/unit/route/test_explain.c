/* `framegate explain` as people read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "route/explain.h"

static const char text[] =
	"listeners: {\n"
	"	web: { bind = \"*:8080\"; redirect_https = 8443; };\n"
	"	tls: { bind = \"*:8443\"; tls = \"self-signed\"; };\n"
	"	plain: { bind = [\"127.0.0.1:8081\"]; };\n"
	"};\n"
	"backends: { vnc: { servers = [\"tcp://10.0.0.1:5900\", \"tcp://10.0.0.2:5900\"]; };\n"
	"	ws: { servers = [\"ws://10.0.0.3:80\"]; }; };\n"
	"defaults: { refuse = \"close\"; };\n"
	"routes: {\n"
	"	other: { host = \"*.other.example\"; static = \"/usr\"; };\n"
	"	post: { path = \"/console\"; method = \"POST\"; service = \"health\"; };\n"
	"	inside: { path = \"/console\"; source = [\"10.0.0.0/8\", \"2001:db8::/32\"];"
	" service = \"health\"; };\n"
	"	version: { header: { X-Version = \"2\"; }; service = \"health\"; };\n"
	"	debug: { query: { debug = \"1\"; }; service = \"health\"; };\n"
	"	console: { path = \"/console\"; backend = \"vnc\"; subprotocols = [\"binary\"];"
	" origins = [\"same\", \"https://*.good.example\"];"
	" idle = \"5m\"; };\n"
	"	plain: { path = \"/plain\"; service = \"echo\"; transports = [\"sse\"]; };\n"
	"	echo: { path = \"=/echo\"; service = \"echo\"; refuse = \"http\";"
	" deny = [\"192.0.2.0/24\"]; };\n"
	"	old: { path = \"~^/old/(?<rest>.*)$\";"
	" redirect = \"https://new.example/${path.rest}\"; };\n"
	"	teapot: { path = \"=/tea\"; respond: { status = 418; body = \"short\"; }; };\n"
	"	files: { path = \"/files\"; static = \"/tmp\"; };\n"
	"	app: { path = \"/app\"; backend = \"ws\"; rewrite: { strip = \"/app\";"
	" host = \"in.example\"; set_headers = { X-C = \"<${query.c}>\"; };"
	" remove_headers = \"X-D\"; }; };\n"
	"	api: { path = \"/api\"; respond: { status = 200; };"
	" rewrite: { set_response_headers = { X-S = \"set\"; };"
	" remove_response_headers = \"X-R\"; };"
	" cors: { origins = \"https://a.example\"; }; };\n"
	"};\n";

static char *output;

static enum fault explain(const struct explain_query *q, char words[EXPLAIN_WORDS])
{
	struct config *config = config_parse("test", text, NULL);
	size_t size;

	assert_non_null(config);
	free(output);
	FILE *out = open_memstream(&output, &size);
	enum fault f = explain_print(out, config, q, words);
	fclose(out);
	return f;
}

static void explains(const struct explain_query *q)
{
	char words[EXPLAIN_WORDS];

	if (explain(q, words) != FAULT_NONE)
		fail_msg("%s: %s", q->url, words);
}

static void says(const char *line)
{
	if (strstr(output, line) == NULL)
		fail_msg("no \"%s\" in:\n%s", line, output);
}

static void test_session(void **state)
{
	const char *headers[] = {"Sec-WebSocket-Protocol: chat, binary",
	    "Origin: https://www.good.example"};
	struct explain_query q = {.url = "wss://gate.example:8443/a/../console/x?y=z",
	    .headers = headers, .n_headers = 2};

	(void)state;
	explains(&q);
	says("method               GET, asks for a WebSocket\n");
	says("path                 /console/x\n");
	says("query                y=z\n");
	says("listener             tls, over TLS\n");
	says("other                no: host \"gate.example\" is not \"*.other.example\"\n");
	says("post                 no: method GET is not \"POST\"\n");
	says("inside               no: client 127.0.0.1 is not in 10.0.0.0/8, 2001:db8::/32\n");
	says("version              no: it wants header X-Version = \"2\"\n");
	says("debug                no: it wants query debug = \"1\"\n");
	says("console              takes it: path below \"/console\"\n");
	says("7 more not tried\n");
	says("allow and deny       nothing to check\n");
	says("origins              passed\n");
	says("backend              vnc: tcp://10.0.0.1:5900, tcp://10.0.0.2:5900; up to 2 tries");
	says("answer               101 Switching Protocols (over HTTP/2: 200), once the backend is");
	says("subprotocol          binary\n");
	says("framing              binary\n");
	says("max_message          no limit\n");
	says("idle                 5m\n");
	says("max_lifetime         off\n");
}

static void test_plain(void **state)
{
	struct explain_query q = {.url = "http://h:8081/plain", .method = "POST"};

	(void)state;
	explains(&q);
	says("answer               a session of plain HTTP (plain)\n");
	q = (struct explain_query){.url = "http://h:8081/plain/aaaaaaaaaaaaaaaaaaaaaa"};
	explains(&q);
	says("answer               a session of plain HTTP (sse)\n");
	q.url = "ws://h:8081/plain/x";
	explains(&q);
	says("404 Not Found: none of the route's transports takes such a request\n");
}

static void test_refusals(void **state)
{
	const char *evil[] = {"Origin: https://evil.example"};
	const char *chat[] = {"Sec-WebSocket-Protocol: chat"};
	struct explain_query q = {.url = "wss://gate.example:8443/console"};

	(void)state;
	explains(&q);
	says("400 Bad Request: no common subprotocol\n");
	q.headers = chat;
	q.n_headers = 1;
	explains(&q);
	says("the route has \"binary\"\n");
	q.headers = evil;
	explains(&q);
	says("origins              origin not allowed\n");
	says("the WebSocket is opened, then closed with 4403: origin not allowed\n");
	q = (struct explain_query){.url = "https://gate.example:8443/console"};
	explains(&q);
	says("426 Upgrade Required: this route speaks WebSocket only\n");
	q = (struct explain_query){.url = "ws://h:8081/echo", .source = "192.0.2.7"};
	explains(&q);
	says("client               192.0.2.7\n");
	says("refused              403 Forbidden: client address denied\n");
	q.source = NULL;
	explains(&q);
	says("backend              the built-in echo");
	says("max_message          1M\n");
	char words[EXPLAIN_WORDS];
	q = (struct explain_query){.url = "/nowhere"};
	assert_int_equal(explain(&q, words), FAULT_NO_ROUTE);
	assert_string_equal(words, "");
	says("listener             tls, over TLS\n");
	says("404 Not Found: no route takes this request\n");
	q.url = "wss://gate.example:8443/nowhere";
	assert_int_equal(explain(&q, words), FAULT_NO_ROUTE);
	says("the WebSocket is opened, then closed with 4404: no route takes this request\n");
}

static void test_actions(void **state)
{
	static const char *const rows[][2] = {
		{"http://h:8081/old/a%20b", "${path.rest} is \"a%20b\"\n"},
		{"http://h:8081/old/a%20b", "redirect             308 to https://new.example/a%20b\n"},
		{"http://h:8081/old/%0a", "400 Bad Request: a value of the request holds a control"},
		{"http://h:8081/tea", "respond              418 "},
		{"http://h:8081/files/x", "static               a file below /tmp"},
		{"http://h:8081/?debug=1", "service              health: 200 OK\n"},
		{"http://h:8080/files", "308 to the same place over TLS, port 8443\n"},
		{"http://h/files", "none listens on port 80 without TLS"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		explains(&(struct explain_query){.url = rows[i][0]});
		says(rows[i][1]);
	}
}

static void test_changes(void **state)
{
	static const char *from_a = "Origin: https://a.example";
	static const char *const asked[] = {"Origin: https://a.example",
	    "Access-Control-Request-Method: PUT"};

	(void)state;
	explains(&(struct explain_query){.url = "ws://h:8081/app/x?c=1"});
	says("rewrite              GET /x?c=1 at in.example\n");
	says("                     with X-C: <1>\n");
	says("                     without X-D\n");
	explains(&(struct explain_query){.url = "ws://h:8081/app/x?c=%0A"});
	says("rewrite              400: a value of the request holds a control character\n");
	explains(&(struct explain_query){.url = "http://h:8081/api", .headers = &from_a,
	    .n_headers = 1});
	says("every answer         with X-S: set\n");
	says("every answer         without X-R\n");
	says("cors                 Access-Control-Allow-Origin: https://a.example\n");
	explains(&(struct explain_query){.url = "http://h:8081/api", .method = "OPTIONS",
	    .headers = asked, .n_headers = 2});
	says("preflight            the gateway answers: not allowed, since \"PUT\" is not in "
	    "methods of cors\n");
	explains(&(struct explain_query){.url = "http://h:8081/api"});
	says("cors                 Vary: Origin\n");
}

static void test_bad(void **state)
{
	static const struct {
		const char	*url, *header, *source, *words;
	} rows[] = {
		{"gopher://x", NULL, NULL, "a URL begins with"},
		{"console", NULL, NULL, "a URL begins with"},
		{"http://", NULL, NULL, "no proper host"},
		{"http://a b/", NULL, NULL, "no proper host"},
		{"http://h/a b", NULL, NULL, "answered 400"},
		{"http://h/%00", NULL, NULL, "path is malformed"},
		{"http://h/../x", NULL, NULL, "path is malformed"},
		{"http://h/", "No colon", NULL, "answered 400"},
		{"http://h/", "A: b\r\nHost: evil", NULL, "answered 400"},
		{"http://h/", "A: b\r\n\r\nGET / HTTP/1.1\r\nHost: h", NULL, "answered 400"},
		{"http://h/", NULL, "localhost", "no IP address"},
	};
	char words[EXPLAIN_WORDS];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct explain_query q = {.url = rows[i].url, .source = rows[i].source,
		    .headers = &rows[i].header, .n_headers = rows[i].header != NULL};
		assert_int_not_equal(explain(&q, words), FAULT_NONE);
		if (strstr(words, rows[i].words) == NULL)
			fail_msg("%s: %s", rows[i].url, words);
	}
}

static int end(void **state)
{
	(void)state;
	free(output);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
