#include "plain_flow.h"

#include <stdio.h>
#include <string.h>

enum { PLAIN_PATH = 64, PLAIN_TEXT = 4096 };

struct fake *plain_backend;
static char plain_path[PLAIN_PATH];

static struct fake *plain_try_open_with(const char *query, const char *lines)
{
	char head[PLAIN_TEXT];
	struct fake *c = flow_client();
	int fakes = flow_world.n_fakes;

	snprintf(head, sizeof(head), "POST /p%s HTTP/1.1\r\nHost: h\r\n%s\r\n", query, lines);
	fake_say_text(c, head);
	flow_run();
	flow_advance(0);
	plain_backend = flow_world.n_fakes > fakes ? flow_backend() : NULL;
	const char *place = fake_find(c, "Location: ");
	if (strncmp(fake_text(c), "HTTP/1.1 201 Created\r\n", 22) != 0 || place == NULL)
		return NULL;
	assert_int_equal(sscanf(place, "Location: %63[^\r]", plain_path), 1);
	c->out_n = 0;
	return c;
}

struct fake *plain_try_open(void)
{
	return plain_try_open_with("", "");
}

struct fake *plain_open_with(const char *query, const char *lines)
{
	struct fake *c = plain_try_open_with(query, lines);

	assert_non_null(c);
	return c;
}

struct fake *plain_open(void)
{
	return plain_open_with("", "");
}

void plain_ask(struct fake *c, const char *method, const char *query, const char *lines,
    const char *body)
{
	char head[PLAIN_TEXT];

	snprintf(head, sizeof(head), "%s %s%s HTTP/1.1\r\nHost: h\r\n%sContent-Length: %zu\r\n\r\n",
	    method, plain_path, query, lines, strlen(body));
	fake_say_text(c, head);
	fake_say_text(c, body);
	flow_run();
}

void plain_poll(struct fake *c, const char *query)
{
	plain_ask(c, "GET", query, "", "");
}

void plain_post(struct fake *c, const char *lines, const char *body)
{
	plain_ask(c, "POST", "", lines, body);
}

void plain_events(struct fake *c, const char *lines)
{
	char all[PLAIN_TEXT];

	snprintf(all, sizeof(all), "Accept: text/event-stream\r\n%s", lines);
	plain_ask(c, "GET", "", all, "");
}

static char *plain_rest(struct fake *c, int status)
{
	char line[PLAIN_PATH];

	snprintf(line, sizeof(line), "HTTP/1.1 %d ", status);
	if (strncmp(fake_text(c), line, strlen(line)) != 0)
		fail_msg("not %d but: %s", status, fake_text(c));
	char *rest = fake_find(c, "\r\n\r\n");
	assert_non_null(rest);
	c->out_n = 0;
	return rest + 4;
}

void plain_expect(struct fake *c, int status, const char *body)
{
	const char *got = plain_rest(c, status), *any = strstr(body, "***");

	if (any == NULL) {
		assert_string_equal(got, body);
		return;
	}
	assert_memory_equal(got, body, (size_t)(any - body));
	while (any) {
		char part[PLAIN_TEXT];
		body = any + 3;
		any = strstr(body, "***");
		size_t n = any ? (size_t)(any - body) : strlen(body);
		snprintf(part, sizeof(part), "%.*s", (int)n, body);
		got = strstr(got, part);
		assert_non_null(got);
		got += n;
	}
}

void plain_expect_messages(struct fake *c, const char *messages)
{
	char body[PLAIN_TEXT];

	snprintf(body, sizeof(body), "{\"messages\": [%s]}\n", messages);
	plain_expect(c, 200, body);
}

static void plain_expect_chunks(const char *at, const char *text)
{
	char all[PLAIN_TEXT];
	size_t n = 0;
	unsigned size;
	int used;

	while (*at) {
		assert_int_equal(sscanf(at, "%x%n", &size, &used), 1);
		at += used + 2;
		if (size == 0)
			n += (size_t)snprintf(all + n, sizeof(all) - n, "(end)");
		assert_true(n + size < sizeof(all));
		memcpy(all + n, at, size);
		n += size;
		at += size + 2;
	}
	all[n] = '\0';
	assert_string_equal(all, text);
}

void plain_expect_events(struct fake *c, const char *text)
{
	plain_expect_chunks(fake_take(c), text);
}

void plain_expect_stream(struct fake *c, const char *text)
{
	static const char padding[] = "803\r\n:  ";
	const char *at = plain_rest(c, 200);

	assert_memory_equal(at, padding, sizeof(padding) - 1);
	plain_expect_chunks(at + 5 + 2051 + 2, text);
}
