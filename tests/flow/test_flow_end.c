/* Each state of a session, ended from each side in each way: nothing is left behind. */
#include <string.h>

#include "flow.h"

#define BRIDGE "r: { backend = \"b\"; origins = [\"*\"]; idle = \"60s\"; };"

enum end_way { END_FIN, END_RESET, END_SILENCE, END_WAYS };

struct end_state {
	const char	*name;
	enum flow_dial	 dial;
	/* Brings a new connection there. */
	void		(*enter)(struct fake *client);
};

static const char end_head[] = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

static void end_fresh(struct fake *c)
{
	(void)c;
}

static void end_in_head(struct fake *c)
{
	fake_say(c, end_head, 40);
}

static void end_asked(struct fake *c)
{
	fake_say_text(c, end_head);
	flow_run();
}

static void end_open(struct fake *c)
{
	end_asked(c);
	flow_advance(0);
}

static void end_mid_frame(struct fake *c)
{
	end_open(c);
	fake_say(c, "\x82\x85\x01\x02", 4);
}

static void end_mid_message(struct fake *c)
{
	end_open(c);
	fake_frame(c, 0x01, "half", 4);
}

static void end_client_full(struct fake *c)
{
	static uint8_t block[200000];

	end_open(c);
	c->window = 0;
	fake_say(flow_backend(), block, sizeof(block));
}

static void end_backend_full(struct fake *c)
{
	static uint8_t block[60000];

	end_open(c);
	flow_backend()->window = 0;
	for (int i = 0; i < 5; i++)
		fake_frame(c, 0x82, block, sizeof(block));
}

static void end_closing(struct fake *c)
{
	end_open(c);
	fake_eof(flow_backend());
}

static const struct end_state end_states[] = {
	{"connected", FLOW_DIAL_ACCEPT, end_fresh},
	{"in its head", FLOW_DIAL_ACCEPT, end_in_head},
	{"dialling", FLOW_DIAL_HANG, end_asked},
	{"open", FLOW_DIAL_ACCEPT, end_open},
	{"within a frame", FLOW_DIAL_ACCEPT, end_mid_frame},
	{"within a message", FLOW_DIAL_ACCEPT, end_mid_message},
	{"client full", FLOW_DIAL_ACCEPT, end_client_full},
	{"backend full", FLOW_DIAL_ACCEPT, end_backend_full},
	{"closing", FLOW_DIAL_ACCEPT, end_closing},
};

static void end_by(struct fake *f, enum end_way way)
{
	if (way == END_FIN)
		fake_eof(f);
	else if (way == END_RESET)
		fake_reset(f);
}

static void end_once(const struct end_state *s, bool backend, enum end_way way)
{
	flow_begin(BRIDGE, "");
	flow_world.dial = s->dial;
	struct fake *c = flow_client();
	s->enter(c);
	flow_run();
	end_by(backend ? flow_backend() : c, way);
	flow_run();
	flow_advance(600 * 1000);
	/* All timers have had their say: nobody needed the other side's help to get here. */
	assert_true(list_empty(&flow_world.gateway.channels));
	assert_true(list_empty(&flow_world.gateway.connections));
	assert_int_equal(flow_world.worker.stats.streams, 0);
	flow_finish();
}

static void test_every_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(end_states) / sizeof(end_states[0]); i++)
		for (int backend = 0; backend < 2; backend++)
			for (enum end_way way = END_FIN; way < END_WAYS; way++) {
				print_message("%s, %s, %d\n", end_states[i].name,
				    backend ? "backend" : "client", way);
				end_once(&end_states[i], backend, way);
			}
}

/* What a backend said before it died is delivered first. */
static void test_last_words(void **state)
{
	(void)state;
	flow_begin(BRIDGE, "");
	struct fake *c = flow_client();
	end_open(c);
	struct fake *b = flow_backend();
	c->out_n = 0;
	fake_say_text(b, "bye");
	b->reset = true;
	fake_frame(c, 0x82, "into the void", 13);
	flow_run();
	assert_memory_equal(c->out, "\x82\x03" "bye\x88", 6);
	assert_memory_equal(c->out + 7, "\x03\xf3", 2);	/* 1011: not all has arrived */
	flow_finish();
}

/* A slow client gets the last words, too, for as long as it takes some of them. */
static void test_slow_last_words(void **state)
{
	(void)state;
	for (int stuck = 0; stuck < 2; stuck++) {
		flow_begin(BRIDGE, "");
		struct fake *c = flow_client();
		end_open(c);
		c->unsent = 1000 * 1000;
		fake_eof(flow_backend());
		fake_frame(c, 0x88, "\x03\xe8", 2);
		flow_run();
		assert_true(c->got_shut);
		for (int i = 0; i < 20; i++) {
			flow_advance(STREAM_LINGER - 1);
			assert_false(c->got_close);
			c->unsent -= 1000;
			fake_frame(c, 0x82, "nobody reads this", 17);
			flow_run();
			flow_advance(1);
		}
		assert_int_equal(flow_world.worker.stats.given_up, 0);
		c->unsent = stuck ? c->unsent : 0;
		flow_advance(STREAM_LINGER + STREAM_FIN_WAIT);
		assert_true(c->got_close);
		assert_int_equal(flow_world.worker.stats.given_up, stuck);
		flow_finish();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_end),
		cmocka_unit_test(test_last_words),
		cmocka_unit_test(test_slow_last_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
