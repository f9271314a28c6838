#include "back/back_echo.h"

#include <stdlib.h>

struct back_echo {
	struct leg	 leg;
	struct worker	*worker;
	struct task	 task;		/* ready, or free */
};

static struct back_echo *back_echo_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct back_echo, leg);
}

static enum flow back_echo_send(struct leg *leg, const struct msg *m)
{
	return channel_deliver(leg, m);
}

/* The front takes again what we send, so we take again what it sends. */
static void back_echo_pause(struct leg *leg, bool on)
{
	if (!on)
		channel_room(leg);
}

static void back_echo_free(struct task *t)
{
	free(LIST_OWNER(t, struct back_echo, task));
}

static void back_echo_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	struct back_echo *e = back_echo_of(leg);

	(void)f;
	(void)code;
	(void)reason;
	task_cancel(&e->task);
	e->task.run = back_echo_free;
	worker_bury(e->worker, &e->task);
}

static const struct leg_ops back_echo_ops = {
	.name = "echo",
	.send = back_echo_send,
	.pause = back_echo_pause,
	.close = back_echo_close,
};

static void back_echo_ready(struct task *t)
{
	channel_ready(&LIST_OWNER(t, struct back_echo, task)->leg);
}

static enum fault back_echo_open(struct channel *ch, struct exchange *x)
{
	struct back_echo *e = calloc(1, sizeof(*e));

	(void)x;
	if (e == NULL)
		return FAULT_NO_MEMORY;
	e->leg = (struct leg){.ops = &back_echo_ops, .channel = ch};
	e->worker = ch->worker;
	ch->back = &e->leg;
	ch->server = "echo";
	task_init(&e->task, back_echo_ready);
	worker_resume(ch->worker, &e->task);
	return FAULT_NONE;
}

const struct back_kind back_echo_kind = {
	.name = "echo",
	.messages = true,
	.open = back_echo_open,
};
