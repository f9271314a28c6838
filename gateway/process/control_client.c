#include "process/control_client.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/unix_peer.h"

enum { CONTROL_CLIENT_READ = 65536, CONTROL_CLIENT_OK = 200 };

static const char control_client_default[] = "/run/framegate/admin.sock";

static const char *control_client_path(const struct arguments *a)
{
	return a->value[OPTION_SOCKET] ? a->value[OPTION_SOCKET] : control_client_default;
}

/* What is to be done about it. */
static const char *control_client_advice(int error)
{
	switch (error) {
	case ENOENT:
		return "; is it what admin.socket says? -s PATH names another one";
	case ECONNREFUSED:
		return ": no framegate runs there";
	case EACCES:
		return ": ask whoever owns it, or see admin.mode";
	default:
		return "";
	}
}

static int control_client_connect(const char *path)
{
	int fd = unix_peer_connect(path);

	if (fd < 0)
		fprintf(stderr, "framegate: %s: %s%s\n", path, strerror(errno),
		    control_client_advice(errno));
	return fd;
}

static bool control_client_send(int fd, const char *method, const char *target)
{
	struct buffer b = {0};

	buffer_printf(&b, "%s %s HTTP/1.0\r\nHost: localhost\r\n\r\n", method, target);
	bool fine = !b.failed && unix_peer_send(fd, buffer_slice(&b));
	buffer_clear(&b);
	return fine;
}

static bool control_client_receive(int fd, struct buffer *b)
{
	ssize_t n;

	do {
		char *room = buffer_reserve(b, CONTROL_CLIENT_READ);
		n = room ? read(fd, room, CONTROL_CLIENT_READ) : -1;
		b->n += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	buffer_add(b, (struct slice){"", 1});
	return n == 0 && !b->failed;
}

/* Takes the head off; false: it was no answer to what was asked, which has been said. */
static bool control_client_understand(const char *path, struct buffer *b)
{
	const char *text = (const char *)b->p, *end = strstr(text, "\r\n\r\n");
	long status = strncmp(text, "HTTP/1.", 7) == 0 ? strtol(text + 9, NULL, 10) : 0;

	if (end == NULL || status == 0) {
		fprintf(stderr, "framegate: %s: no framegate answers there\n", path);
		return false;
	}
	if (status != CONTROL_CLIENT_OK) {
		fprintf(stderr, "framegate: %.*s\n", (int)strcspn(end + 4, "\n"), end + 4);
		return false;
	}
	size_t head = (size_t)(end + 4 - text);
	memmove(b->p, b->p + head, b->n - head);
	b->n -= head;
	return true;
}

bool control_client_ask(const struct arguments *a, const char *method, const char *target,
    struct buffer *body)
{
	const char *path = control_client_path(a);
	int fd = control_client_connect(path);

	if (fd < 0)
		return false;
	bool heard = control_client_send(fd, method, target) && control_client_receive(fd, body);
	if (!heard)
		fprintf(stderr, "framegate: %s: no whole answer came: %s\n", path,
		    body->failed ? "out of memory" : strerror(errno));
	close(fd);
	return heard && control_client_understand(path, body);
}

void control_client_add(struct buffer *target, const char *name, const char *value)
{
	bool first = target->n == 0 || memchr(target->p, '?', target->n) == NULL;

	if (value == NULL)
		return;
	buffer_printf(target, "%c%s=", first ? '?' : '&', name);
	for (const char *p = value; *p; p++)
		buffer_printf(target, isalnum((unsigned char)*p) ? "%c" : "%%%02X",
		    (unsigned char)*p);
}
