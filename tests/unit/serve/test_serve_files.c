/* Static files: what is served and how, and what is not, however it is spelt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../http/fake_exchange.h"
#include "codec/http_path.h"
#include "file_tree.h"
#include "loop/errand.h"
#include "serve/serve_files.h"

static struct fake_exchange fake;
static char web[128];
static struct config_route conf;
static struct route_files files;
static const struct route route = {.conf = &conf, .files = &files};

static unsigned open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static unsigned files_before;

static int begin(void **state)
{
	files_before = open_files();
	fake_exchange_init(&fake);
	fake.x.route = &route;
	files.tells = *state != NULL;	/* it may be asked what is in memory */
	conf = (struct config_route){.name = "files", .static_dir = web, .index = "index.html",
	    .path_kind = PATH_PREFIX, .path = "/"};
	return 0;
}

static int end(void **state)
{
	(void)state;
	fake_exchange_fini(&fake);
	assert_int_equal(open_files(), files_before);
	return 0;
}

static int begin_all(void **state)
{
	(void)state;
	file_tree_make();
	file_tree_path(web, sizeof(web), "web");
	return 0;
}

static int end_all(void **state)
{
	(void)state;
	file_tree_remove();
	return 0;
}

static int get(const char *target)
{
	fake_exchange_request(&fake, "GET", "h", target);
	fake_exchange_run(&fake, &serve_files_handler);
	assert_true(fake.ended);
	return fake.status;
}

static int get_with(const char *target, const char *name, const char *value)
{
	fake_exchange_request(&fake, "GET", "h", target);
	fake_exchange_add(&fake, name, value);
	fake_exchange_run(&fake, &serve_files_handler);
	assert_true(fake.ended);
	return fake.status;
}

static void test_get(void **state)
{
	(void)state;
	assert_int_equal(get("/index.html"), 200);
	assert_string_equal(fake.body, "index\n");
	assert_int_equal(fake.length, 6);
	assert_string_equal(fake_exchange_answered(&fake, "Content-Type"),
	    "text/html; charset=utf-8");
	assert_string_equal(fake_exchange_answered(&fake, "Last-Modified"),
	    "Sun, 09 Sep 2001 01:46:40 GMT");
	assert_string_equal(fake_exchange_answered(&fake, "Accept-Ranges"), "bytes");
	assert_int_equal(fake_exchange_answered(&fake, "ETag")[0], '"');
	assert_int_equal(get("/"), 200);
	assert_string_equal(fake.body, "index\n");
	assert_string_equal(fake_exchange_answered(&fake, "Content-Type"),
	    "text/html; charset=utf-8");
	assert_int_equal(get("/sub/"), 200);
	assert_string_equal(fake.body, "sub\n");
	assert_int_equal(get("/a%20b.txt"), 200);
	assert_string_equal(fake.body, "blank\n");
	assert_int_equal(get("/inside"), 200);
	assert_string_equal(fake.body, "deep\n");
	assert_string_equal(fake_exchange_answered(&fake, "Content-Type"),
	    "application/octet-stream");
	assert_int_equal(get("/.well-known/token"), 200);
	assert_int_equal(get("/empty.txt"), 200);
	assert_int_equal(fake.length, 0);
	assert_int_equal(fake.n_body, 0);
}

static void test_not_there(void **state)
{
	static const struct {
		const char	*target;
		int		 status;
	} rows[] = {
		{"/none", 404}, {"/index.html/", 404}, {"/index.html/x", 404},
		{"/sub/deep/", 404}, {"/.hidden", 404}, {"/sub/.none", 404}, {"/fifo", 404},
		{"/loop", 404}, {"/a%2Fb", 404}, {"/sub%2Findex.html", 404},
		{"/sub/index.html%00", 404}, {"/out_relative", 403}, {"/out_absolute", 403},
		{"/out_dir/secret", 403}, {"/out_dir/", 403}, {"/bad%zz", 404},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = get(rows[i].target);
		if (status != rows[i].status)
			fail_msg("%s: %d", rows[i].target, status);
		assert_null(strstr(fake.body, "secret"));
	}
	if (geteuid() != 0)
		assert_int_equal(get("/unreadable"), 403);
}

/* As the HTTP layer does: normalised, or refused before any handler sees it; and raw, too. */
static void test_traversal(void **state)
{
	static const char *const ups[] = {
		"..", "%2e%2e", "%2E.", ".%2e", "%252e%252e", "..%00", "%c0%ae%c0%ae", "..;",
		"..%5c", "...", "....", ". .", "%2e%2e%2f",
	};
	static const char *const slashes[] = {"/", "//", "%2f", "%2F", "\\", "%5c", "/./", "%c0%af"};
	static const char *const heads[] = {"/", "//", "/sub/", "/sub", "/out_dir/", "/./"};
	char target[256], normal[256];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(ups) / sizeof(ups[0]); i++)
		for (size_t j = 0; j < sizeof(slashes) / sizeof(slashes[0]); j++)
			for (size_t k = 0; k < sizeof(heads) / sizeof(heads[0]); k++) {
				snprintf(target, sizeof(target), "%s%s%s%s%ssecret", heads[k],
				    ups[i], slashes[j], ups[i], slashes[j]);
				assert_int_not_equal(get(target), 200);
				snprintf(target, sizeof(target), "%s%s%ssecret", heads[k], ups[i],
				    slashes[j]);
				assert_int_not_equal(get(target), 200);
				if (http_path_normalise(slice_of(target), normal, &n) != FAULT_NONE)
					continue;
				normal[n] = '\0';
				assert_int_not_equal(get(normal), 200);
				assert_null(strstr(fake.body, "secret\n"));
			}
}

static void test_directory(void **state)
{
	(void)state;
	assert_int_equal(get("/sub"), 308);
	assert_string_equal(fake_exchange_answered(&fake, "Location"), "/sub/");
	assert_int_equal(get("/sub?a=b"), 308);
	assert_string_equal(fake_exchange_answered(&fake, "Location"), "/sub/?a=b");
	conf.index = NULL;
	assert_int_equal(get("/sub/"), 404);
}

static void test_prefix(void **state)
{
	static const struct {
		enum config_path kind;
		const char	*path, *target;
		int		 status;
		const char	*body;
	} rows[] = {
		{PATH_PREFIX, "/app", "/app/index.html", 200, "index\n"},
		{PATH_PREFIX, "/app", "/app/", 200, "index\n"},
		{PATH_PREFIX, "/app", "/app", 308, ""},
		{PATH_PREFIX, "/app/", "/app/sub/", 200, "sub\n"},
		{PATH_EXACT, "/x", "/x", 200, "index\n"},
		{PATH_ANY, NULL, "/sub/", 200, "sub\n"},
		{PATH_REGEX, "^/sub", "/sub/", 200, "sub\n"},
		{PATH_ANY, NULL, "*", 404, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.path_kind = rows[i].kind;
		conf.path = rows[i].path;
		assert_int_equal(get(rows[i].target), rows[i].status);
		if (rows[i].body)
			assert_string_equal(fake.body, rows[i].body);
	}
}

static void test_methods(void **state)
{
	(void)state;
	fake_exchange_request(&fake, "HEAD", "h", "/index.html");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	assert_int_equal(fake.length, 6);
	assert_int_equal(fake.n_body, 0);
	assert_true(fake.ended);
	fake_exchange_request(&fake, "POST", "h", "/index.html");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 405);
	assert_string_equal(fake_exchange_answered(&fake, "Allow"), "GET, HEAD");
}

static void test_large(void **state)
{
	(void)state;
	assert_int_equal(get("/large.bin"), 200);
	assert_int_equal(fake.length, FILE_TREE_LARGE);
	assert_int_equal(fake.n_body, FILE_TREE_LARGE);
	for (size_t i = 0; i < FILE_TREE_LARGE; i++)
		assert_int_equal(fake.body[i], file_tree_large(i));
	assert_true(fake.writes >= 4);
}

/* A client that does not read stops the reading of the file. */
static void test_slow(void **state)
{
	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/large.bin");
	fake.flow = FLOW_FULL;
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.writes, 1);
	assert_false(fake.ended);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.writes, 1);
	serve_files_handler.room(&fake.x);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.writes, 2);
	fake.flow = FLOW_OK;
	serve_files_handler.room(&fake.x);
	serve_files_handler.full(&fake.x);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.writes, 2);
	assert_false(fake.ended);
	serve_files_handler.room(&fake.x);
	fake_exchange_settle(&fake);
	assert_true(fake.ended);
	assert_int_equal(fake.n_body, FILE_TREE_LARGE);
}

static void test_gone(void **state)
{
	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/large.bin");
	fake.flow = FLOW_FULL;
	fake_exchange_run(&fake, &serve_files_handler);
	serve_files_handler.gone(&fake.x, FAULT_RESET);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.writes, 1);
	/* Before the first byte, too. */
	fake_exchange_request(&fake, "GET", "h", "/large.bin");
	assert_int_equal(serve_files_handler.open(&fake.x), FAULT_NONE);
	serve_files_handler.gone(&fake.x, FAULT_RESET);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.status, 0);
}

static void test_shrinks(void **state)
{
	char path[128];

	(void)state;
	file_tree_path(path, sizeof(path), "web/shrinks");
	FILE *f = fopen(path, "w");
	for (size_t i = 0; i < 200000; i++)
		fputc('x', f);
	fclose(f);
	fake_exchange_request(&fake, "GET", "h", "/shrinks");
	fake.flow = FLOW_FULL;
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(truncate(path, 1000), 0);
	serve_files_handler.room(&fake.x);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.reset, FAULT_SYSTEM);
	/* Nothing was said yet: a proper answer. */
	fake_exchange_request(&fake, "GET", "h", "/shrinks");
	assert_int_equal(serve_files_handler.open(&fake.x), FAULT_NONE);
	if (errands_work(fake.gateway.errands))
		worker_open_mail(&fake.worker);
	assert_int_equal(truncate(path, 0), 0);
	fake_exchange_settle(&fake);
	assert_int_equal(fake.status, 500);
	assert_true(fake.ended);
	unlink(path);
}

static void test_ranges(void **state)
{
	static const struct {
		const char	*range;
		int		 status;
		const char	*content_range, *body;
	} rows[] = {
		{"bytes=0-1", 206, "bytes 0-1/6", "in"},
		{"bytes=2-", 206, "bytes 2-5/6", "dex\n"},
		{"bytes=-3", 206, "bytes 3-5/6", "ex\n"},
		{"bytes=0-99", 206, "bytes 0-5/6", "index\n"},
		{"bytes=6-", 416, "bytes */6", NULL},
		{"bytes=-0", 416, "bytes */6", NULL},
		{"bytes=0-1,9-", 206, "bytes 0-1/6", "in"},
		{"bytes=0-1,1-4", 200, NULL, "index\n"},
		{"bytes=3-2", 200, NULL, "index\n"},
		{"lines=0-1", 200, NULL, "index\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(get_with("/index.html", "Range", rows[i].range), rows[i].status);
		const char *range = fake_exchange_answered(&fake, "Content-Range");
		if (rows[i].content_range)
			assert_string_equal(range, rows[i].content_range);
		else
			assert_null(range);
		if (rows[i].body)
			assert_string_equal(fake.body, rows[i].body);
		assert_int_equal((size_t)fake.length, fake.n_body);
	}
	assert_int_equal(get_with("/large.bin", "Range", "bytes=65530-140000"), 206);
	assert_int_equal(fake.n_body, 140000 - 65530 + 1);
	for (size_t i = 0; i < fake.n_body; i++)
		assert_int_equal(fake.body[i], file_tree_large(65530 + i));
	/* Range means nothing to a HEAD (RFC 9110 section 14.2). */
	fake_exchange_request(&fake, "HEAD", "h", "/index.html");
	fake_exchange_add(&fake, "Range", "bytes=0-1");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	assert_int_equal(fake.length, 6);
}

/* The boundary of the answer, which must be the one that its parts have. */
static const char *boundary(void)
{
	static char found[64];
	static const char type[] = "multipart/byteranges; boundary=";
	const char *value = fake_exchange_answered(&fake, "Content-Type");

	assert_memory_equal(value, type, sizeof(type) - 1);
	snprintf(found, sizeof(found), "%s", value + sizeof(type) - 1);
	return found;
}

static void test_parts(void **state)
{
	char expected[512], before[64];

	(void)state;
	assert_int_equal(get_with("/index.html", "Range", "bytes=-1, 0-1,3-3"), 206);
	const char *b = boundary();
	snprintf(expected, sizeof(expected),
	    "\r\n--%s\r\nContent-Type: text/html; charset=utf-8\r\n"
	    "Content-Range: bytes 5-5/6\r\n\r\n\n"
	    "\r\n--%s\r\nContent-Type: text/html; charset=utf-8\r\n"
	    "Content-Range: bytes 0-1/6\r\n\r\nin"
	    "\r\n--%s\r\nContent-Type: text/html; charset=utf-8\r\n"
	    "Content-Range: bytes 3-3/6\r\n\r\ne"
	    "\r\n--%s--\r\n", b, b, b, b);
	assert_string_equal(fake.body, expected);
	assert_int_equal((size_t)fake.length, fake.n_body);
	assert_null(fake_exchange_answered(&fake, "Content-Range"));
	assert_non_null(fake_exchange_answered(&fake, "ETag"));
	snprintf(before, sizeof(before), "%s", b);
	get_with("/index.html", "Range", "bytes=0-0,2-2");
	assert_string_not_equal(boundary(), before);
}

/* Each part is longer than what is read at a time, and the client is slow. */
static void test_large_parts(void **state)
{
	static const size_t firsts[] = {70000, 0};

	(void)state;
	fake_exchange_request(&fake, "GET", "h", "/large.bin");
	fake_exchange_add(&fake, "Range", "bytes=70000-170000,0-69999");
	fake.flow = FLOW_FULL;
	fake_exchange_run(&fake, &serve_files_handler);
	for (unsigned i = 0; i < 100 && !fake.ended; i++) {
		serve_files_handler.room(&fake.x);
		fake_exchange_settle(&fake);
	}
	assert_true(fake.ended);
	assert_int_equal((size_t)fake.length, fake.n_body);
	const char *p = fake.body;
	for (size_t k = 0; k < 2; k++) {
		p = (const char *)memmem(p, 256, "\r\n\r\n", 4) + 4;
		for (size_t i = firsts[k]; i < (k ? 70000 : 170001); i++)
			assert_int_equal(*p++, file_tree_large(i));
	}
	assert_memory_equal(p, "\r\n--", 4);
}

static void test_conditions(void **state)
{
	static const char date[] = "Sun, 09 Sep 2001 01:46:40 GMT";
	static const char before[] = "Sun, 09 Sep 2001 01:46:39 GMT";
	char etag[64], weak[80];

	(void)state;
	get("/index.html");
	snprintf(etag, sizeof(etag), "%s", fake_exchange_answered(&fake, "ETag"));
	snprintf(weak, sizeof(weak), "\"x\", W/%s", etag);
	const struct {
		const char	*name, *value;
		int		 status;
	} rows[] = {
		{"If-None-Match", etag, 304}, {"If-None-Match", weak, 304},
		{"If-None-Match", "*", 304}, {"If-None-Match", "\"x\"", 200},
		{"If-Modified-Since", date, 304}, {"If-Modified-Since", before, 200},
		{"If-Modified-Since", "yesterday", 200},
		{"If-Match", etag, 200}, {"If-Match", "*", 200}, {"If-Match", weak, 412},
		{"If-Match", "\"x\"", 412},
		{"If-Unmodified-Since", date, 200}, {"If-Unmodified-Since", before, 412},
		{"If-Unmodified-Since", "tomorrow", 200},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int status = get_with("/index.html", rows[i].name, rows[i].value);
		if (status != rows[i].status)
			fail_msg("%s: %s: %d", rows[i].name, rows[i].value, status);
		if (status == 304) {
			assert_int_equal(fake.n_body, 0);
			assert_string_equal(fake_exchange_answered(&fake, "ETag"), etag);
			assert_null(fake_exchange_answered(&fake, "Content-Type"));
		}
	}
}

/* The order of RFC 9110 section 13.2.2. */
static void test_precedence(void **state)
{
	static const char before[] = "Sun, 09 Sep 2001 01:46:39 GMT";
	static const char after[] = "Sun, 09 Sep 2001 01:46:41 GMT";
	char etag[64];

	(void)state;
	get("/index.html");
	snprintf(etag, sizeof(etag), "%s", fake_exchange_answered(&fake, "ETag"));
	const struct {
		struct {
			const char *name, *value;
		} fields[3];
		int status;
	} rows[] = {
		{{{"If-Match", etag}, {"If-Unmodified-Since", before}}, 200},
		{{{"If-Match", "\"x\""}, {"If-None-Match", etag}}, 412},
		{{{"If-None-Match", "\"x\""}, {"If-Modified-Since", after}}, 200},
		{{{"If-None-Match", "\"x\""}, {"If-None-Match", etag}}, 304},
		{{{"If-Match", etag}, {"If-None-Match", etag}}, 304},
		{{{"If-None-Match", etag}, {"Range", "bytes=0-1"}}, 304},
		{{{"Range", "bytes=0-1"}, {"If-Range", etag}}, 206},
		{{{"Range", "bytes=0-1"}, {"If-Range", "\"x\""}}, 200},
		{{{"Range", "bytes=0-1"}, {"If-Range", "Sun, 09 Sep 2001 01:46:40 GMT"}}, 206},
		{{{"Range", "bytes=0-1"}, {"If-Range", after}}, 200},
		{{{"Range", "bytes=9-"}, {"If-Range", "\"x\""}}, 200},
		{{{"Range", "bytes=9-"}, {"If-Match", "\"x\""}}, 412},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_exchange_request(&fake, "GET", "h", "/index.html");
		for (size_t j = 0; j < 3 && rows[i].fields[j].name; j++)
			fake_exchange_add(&fake, rows[i].fields[j].name, rows[i].fields[j].value);
		fake_exchange_run(&fake, &serve_files_handler);
		if (fake.status != rows[i].status)
			fail_msg("row %zu: %d", i, fake.status);
	}
}

/* A file that may change again within its time stamp: a weak tag, good for no range. */
static void test_fresh(void **state)
{
	char etag[64];

	(void)state;
	clock_fake(1000, UINT64_C(1000000001) * 1000);
	assert_int_equal(get("/index.html"), 200);
	snprintf(etag, sizeof(etag), "%s", fake_exchange_answered(&fake, "ETag"));
	assert_memory_equal(etag, "W/\"", 3);
	assert_int_equal(get_with("/index.html", "If-None-Match", etag), 304);
	assert_int_equal(get_with("/index.html", "If-Match", etag), 412);
	fake_exchange_request(&fake, "GET", "h", "/index.html");
	fake_exchange_add(&fake, "Range", "bytes=0-1");
	fake_exchange_add(&fake, "If-Range", etag);
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	fake_exchange_request(&fake, "GET", "h", "/index.html");
	fake_exchange_add(&fake, "Range", "bytes=0-1");
	fake_exchange_add(&fake, "If-Range", "Sun, 09 Sep 2001 01:46:40 GMT");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	clock_fake(0, 0);
}

static int get_coded(const char *target, const char *codings)
{
	return get_with(target, "Accept-Encoding", codings);
}

static void answered(const char *name, const char *value)
{
	const char *found = fake_exchange_answered(&fake, name);

	if ((found == NULL) != (value == NULL) || (found && strcmp(found, value) != 0))
		fail_msg("%s: %s", name, found ? found : "(none)");
}

static void test_codings(void **state)
{
	static const struct {
		const char	*target, *codings, *body, *coding;
	} rows[] = {
		{"/app.js", "gzip, br", "brotli", "br"},
		{"/app.js", "gzip", "gzipped", "gzip"},
		{"/app.js", "br;q=0.1, gzip;q=0.2", "gzipped", "gzip"},
		{"/app.js", "deflate", "plain", NULL},
		{"/app.js", "gzip;q=0.5, identity", "plain", NULL},
		{"/app.js", "identity;q=0, gzip", "gzipped", "gzip"},
		{"/coded/", "br", "<br>", "br"},
	};
	static bool made;
	char etag[64];

	(void)state;
	if (!made) {
		file_tree_add("web/app.js", "plain");
		file_tree_add("web/app.js.br", "brotli");
		file_tree_add("web/app.js.gz", "gzipped");
		file_tree_add("web/old.css", "new");
		file_tree_add("web/old.css.gz", "of before");
		file_tree_touch("web/old.css.gz", 999999999);
		file_tree_add_coded();
		made = true;
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(get_coded(rows[i].target, rows[i].codings), 200);
		assert_string_equal(fake.body, rows[i].body);
		assert_int_equal((size_t)fake.length, strlen(rows[i].body));
		answered("Content-Encoding", rows[i].coding);
		answered("Vary", "Accept-Encoding");
		answered("Content-Type", rows[i].target[1] == 'a' ? "text/javascript; charset=utf-8"
		    : "text/html; charset=utf-8");
	}
	assert_int_equal(get("/app.js"), 200);
	assert_string_equal(fake.body, "plain");
	answered("Vary", "Accept-Encoding");
	snprintf(etag, sizeof(etag), "%s", fake_exchange_answered(&fake, "ETag"));

	/* Each coding has a tag of its own; a part is one of what is in the coding. */
	assert_int_equal(get_coded("/app.js", "gzip"), 200);
	assert_string_not_equal(fake_exchange_answered(&fake, "ETag"), etag);
	snprintf(etag, sizeof(etag), "%s", fake_exchange_answered(&fake, "ETag"));
	fake_exchange_request(&fake, "GET", "h", "/app.js");
	fake_exchange_add(&fake, "Accept-Encoding", "gzip");
	fake_exchange_add(&fake, "If-None-Match", etag);
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 304);
	answered("Vary", "Accept-Encoding");
	answered("Content-Encoding", NULL);
	fake_exchange_request(&fake, "GET", "h", "/app.js");
	fake_exchange_add(&fake, "Accept-Encoding", "br");
	fake_exchange_add(&fake, "If-None-Match", etag);
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	fake_exchange_request(&fake, "GET", "h", "/app.js");
	fake_exchange_add(&fake, "Accept-Encoding", "gzip");
	fake_exchange_add(&fake, "If-Range", etag);
	fake_exchange_add(&fake, "Range", "bytes=4-");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 206);
	assert_string_equal(fake.body, "ped");
	answered("Content-Range", "bytes 4-6/7");
	answered("Content-Encoding", "gzip");
	fake_exchange_request(&fake, "GET", "h", "/app.js");
	fake_exchange_add(&fake, "If-Range", etag);
	fake_exchange_add(&fake, "Range", "bytes=4-");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	assert_string_equal(fake.body, "plain");
}

/* What is no twin: older than its file, a directory, a way out. And nothing that will do. */
static void test_no_codings(void **state)
{
	(void)state;
	assert_int_equal(get_coded("/old.css", "gzip"), 200);
	assert_string_equal(fake.body, "new");
	answered("Content-Encoding", NULL);
	answered("Vary", NULL);
	assert_int_equal(get_coded("/coded/dir.txt", "gzip"), 200);
	assert_string_equal(fake.body, "plain");
	answered("Vary", NULL);
	assert_int_equal(get_coded("/coded/out.txt", "gzip"), 200);
	assert_string_equal(fake.body, "plain");
	assert_int_equal(get_coded("/old.css", "identity;q=0, br"), 406);
	answered("Vary", "Accept-Encoding");
	assert_int_equal(get_coded("/none.css", "gzip"), 404);
	/* Asked for by its own name it is a file like others. */
	assert_int_equal(get_coded("/app.js.gz", "gzip, br"), 200);
	assert_string_equal(fake.body, "gzipped");
	answered("Content-Type", "application/gzip");
	answered("Content-Encoding", NULL);
	/* Which coding a part has is not to be guessed: all of it comes. */
	fake_exchange_request(&fake, "GET", "h", "/app.js");
	fake_exchange_add(&fake, "Accept-Encoding", "br");
	fake_exchange_add(&fake, "Range", "bytes=0-0,2-2");
	fake_exchange_run(&fake, &serve_files_handler);
	assert_int_equal(fake.status, 200);
	assert_string_equal(fake.body, "brotli");
	answered("Content-Encoding", "br");
	/* The ending alone is a hidden file. */
	assert_int_equal(get_coded("/.br", "br"), 404);
}

static void test_missing_root(void **state)
{
	(void)state;
	conf.static_dir = "/nonexistent/framegate";
	assert_int_equal(get("/index.html"), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_get, begin, end),
		cmocka_unit_test_setup_teardown(test_not_there, begin, end),
		cmocka_unit_test_setup_teardown(test_traversal, begin, end),
		cmocka_unit_test_setup_teardown(test_directory, begin, end),
		cmocka_unit_test_setup_teardown(test_prefix, begin, end),
		cmocka_unit_test_setup_teardown(test_methods, begin, end),
		cmocka_unit_test_setup_teardown(test_large, begin, end),
		cmocka_unit_test_setup_teardown(test_slow, begin, end),
		cmocka_unit_test_setup_teardown(test_gone, begin, end),
		cmocka_unit_test_setup_teardown(test_shrinks, begin, end),
		cmocka_unit_test_setup_teardown(test_ranges, begin, end),
		cmocka_unit_test_setup_teardown(test_parts, begin, end),
		cmocka_unit_test_setup_teardown(test_large_parts, begin, end),
		cmocka_unit_test_setup_teardown(test_conditions, begin, end),
		cmocka_unit_test_setup_teardown(test_precedence, begin, end),
		cmocka_unit_test_setup_teardown(test_fresh, begin, end),
		cmocka_unit_test_setup_teardown(test_codings, begin, end),
		cmocka_unit_test_setup_teardown(test_no_codings, begin, end),
		cmocka_unit_test_setup_teardown(test_missing_root, begin, end),
	};

	enum { N = sizeof(tests) / sizeof(tests[0]) };
	struct CMUnitTest all[2 * N];
	bool told = true;

	/* By errands; then, as far as it is in memory, without. */
	for (size_t i = 0; i < N; i++) {
		all[i] = all[N + i] = tests[i];
		all[N + i].initial_state = &told;
	}
	return _cmocka_run_group_tests("files", all, 2 * N, begin_all, end_all);
}
