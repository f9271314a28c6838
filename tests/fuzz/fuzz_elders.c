/*
 * What one program of ours hears from another over their links: questions to an elder, words of a
 * handover, a launcher's news. Whatever comes, a message is understood or dropped whole, what was
 * understood can be said again, a word is heard once, and no descriptor is left behind.
 *
 * Input: who hears, then messages: descriptors, length (in units), bytes.
 */
#include <unistd.h>

#include "base/log.h"
#include "fuzz.h"
#include "net/elders.h"
#include "net/fd_link.h"
#include "process/handover.h"
#include "process/launcher.h"

enum { MESSAGES = 20, FDS = 4, UNIT = 8 };	/* up to 2040 bytes by length, 2056 with the rest */

static struct {
	struct worker	worker;
	struct elders	*elders;	/* the questions that were understood, asked again */
	int		door;		/* where those arrive */
	unsigned	heard;
	bool		ready;
} world;

static void begin(void)
{
	const struct log_settings log = {.level = LOG_LEVEL_ERROR, .to = "stderr"};
	int outside;

	if (world.ready)
		return;
	FUZZ_CHECK(log_configure(&log) == FAULT_NONE);
	FUZZ_CHECK(worker_init(&world.worker, 0, true) == FAULT_NONE);
	world.elders = elders_new();
	FUZZ_CHECK(world.elders && elders_door(&world.door, &outside));
	elders_add(world.elders, outside);
	world.ready = true;
}

/* All messages, each with that descriptor a few times; the end is closed behind them. */
static void say(int end, const uint8_t *p, size_t n, int fd)
{
	const int fds[FDS] = {fd, fd, fd, fd};
	size_t most;

	for (int i = 0; i < MESSAGES && n > 0; i++) {
		unsigned n_fds = fuzz_choice(&p, &n) % (FDS + 1);
		uint8_t length = fuzz_choice(&p, &n);
		most = length == UINT8_MAX ? n : (size_t)length * UNIT + n_fds * 2;
		most = most < n ? most : n;
		if (!fd_link_send(end, p, most, fds, n_fds))
			break;
		p += most;
		n -= most;
	}
	close(end);
}

static void ask_again(const struct elders_question *q)
{
	struct elders_question again;
	char buffer[ELDERS_BUFFER];
	unsigned at = 0;
	int theirs;

	int fd = elders_ask(world.elders, &at, q);
	FUZZ_CHECK(fd >= 0);
	FUZZ_CHECK(elders_next(world.door, &again, buffer, &theirs) == ELDERS_ASKED);
	FUZZ_CHECK(slice_eq(again.route, q->route) && slice_eq(again.session, q->session));
	FUZZ_CHECK(again.client.port == q->client.port && again.client.known == q->client.known);
	FUZZ_CHECK(elders_admit(theirs) && elders_hear(fd) == 1);
	close(theirs);
	FUZZ_CHECK(elders_hear(fd) == 0);
	close(fd);
}

static void hear_questions(int inside)
{
	struct elders_question q;
	char buffer[ELDERS_BUFFER];
	int heard, fd;

	while ((heard = elders_next(inside, &q, buffer, &fd)) == ELDERS_ASKED) {
		FUZZ_CHECK(q.route.p >= buffer && q.route.n <= ELDERS_NAME);
		FUZZ_CHECK(q.session.p + q.session.n <= buffer + sizeof(buffer));
		ask_again(&q);
		close(fd);
	}
	FUZZ_CHECK(heard == ELDERS_ALONE);
	close(inside);
}

static void count(void *owner)
{
	(void)owner;
	world.heard++;
}

/* The first message decides, or the end. */
static void hear_word(int inside)
{
	struct handover h = {.watch.fd = inside, .words = -1};

	world.heard = 0;
	FUZZ_CHECK(handover_is_due(&h));
	FUZZ_CHECK(handover_ready(&h, &world.worker, count, NULL) == FAULT_NONE);
	h.watch.ready(&h.watch, WATCH_READ);
	FUZZ_CHECK(world.heard == 1 && !handover_is_due(&h));
	handover_fini(&h);
}

static void hear_news(int inside)
{
	struct launcher_news news;
	int heard;

	do
		heard = launcher_hear(inside, &news);
	while (heard > 0);
	FUZZ_CHECK(heard < 0);
	close(inside);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static void (*const hear[])(int inside) = {hear_questions, hear_word, hear_news};
	int inside, outside, passed[2];
	uint8_t who = fuzz_choice(&p, &n);

	begin();
	FUZZ_CHECK(elders_door(&inside, &outside) && fd_link_stream(passed));
	say(outside, p, n, passed[1]);
	close(passed[1]);
	hear[who % 3](inside);
	FUZZ_CHECK(fd_link_hear(passed[0]) == 0);	/* nobody has the other end */
	close(passed[0]);
	return 0;
}
