#include "process/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/slice.h"
#include "net/fd_link.h"

static int handover_take(const char *variable)
{
	uint64_t fd;
	bool told = slice_u64(slice_of(getenv(variable)), &fd) && fd <= INT32_MAX;

	unsetenv(variable);
	return told && fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0 ? (int)fd : -1;
}

void handover_open(struct handover *h)
{
	*h = (struct handover){.watch.fd = handover_take(HANDOVER_LINK),
	    .words = handover_take(HANDOVER_STDERR)};
}

struct elders *handover_elders(void)
{
	struct elders *e = elders_new();
	struct slice list = slice_of(getenv(HANDOVER_ELDERS)), number;
	uint64_t fd;

	while (e && slice_cut(&list, ' ', &number))
		if (slice_u64(number, &fd) && fd <= INT32_MAX &&
		    fcntl((int)fd, F_SETFD, FD_CLOEXEC) == 0)
			elders_add(e, (int)fd);
	unsetenv(HANDOVER_ELDERS);
	return e;
}

bool handover_is_due(const struct handover *h)
{
	return h->watch.fd >= 0;
}

static void handover_end(struct handover *h)
{
	watch_fini(&h->watch);
	close(h->watch.fd);
	h->watch.fd = -1;
	if (h->words >= 0) {
		dup2(h->words, STDERR_FILENO);
		close(h->words);
	}
	h->words = -1;
	h->yours(h->owner);
}

/* Whatever else there is to hear: it has ended, and nobody else is the service. */
static void handover_hear(struct watch *w, unsigned what)
{
	struct handover *h = LIST_OWNER(w, struct handover, watch);
	size_t none = 0;
	char word;

	(void)what;
	ssize_t n = fd_link_receive(w->fd, &word, 1, NULL, &none);
	if (n < 0 && errno == EINTR)
		return;
	if (n != 1 || word != HANDOVER_YOURS)
		log_line(LOG_LEVEL_WARN, "upgrade: the program before has ended without a word");
	handover_end(h);
}

enum fault handover_ready(struct handover *h, struct worker *main, void (*yours)(void *owner),
    void *owner)
{
	const char ready = HANDOVER_READY;

	h->yours = yours;
	h->owner = owner;
	watch_init(&h->watch, main, h->watch.fd, handover_hear);
	if (!fd_link_send(h->watch.fd, &ready, 1, NULL, 0))
		log_line(LOG_LEVEL_WARN, "upgrade: the program before: %s", strerror(errno));
	return watch_arm(&h->watch, WATCH_READ);
}

void handover_fini(struct handover *h)
{
	if (h->watch.fd >= 0 && h->yours)
		watch_fini(&h->watch);
	if (h->watch.fd >= 0)
		close(h->watch.fd);
	if (h->words >= 0)
		close(h->words);
	h->watch.fd = h->words = -1;
}
