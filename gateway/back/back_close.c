#include "back/back_close.h"

#include <stdlib.h>

enum { BACK_CLOSE_CODE = 3000 };	/* and its words: as SockJS's tests want to see them */

struct back_close {
	struct leg	 leg;
	struct worker	*worker;
	struct task	 task;		/* ready and done, or free */
};

static struct back_close *back_close_of(struct leg *leg)
{
	return LIST_OWNER(leg, struct back_close, leg);
}

static enum flow back_close_send(struct leg *leg, const struct msg *m)
{
	(void)leg;
	(void)m;
	return FLOW_OK;
}

static void back_close_pause(struct leg *leg, bool on)
{
	(void)leg;
	(void)on;
}

static void back_close_free(struct task *t)
{
	free(LIST_OWNER(t, struct back_close, task));
}

static void back_close_bury(struct back_close *b)
{
	task_cancel(&b->task);
	b->task.run = back_close_free;
	worker_bury(b->worker, &b->task);
}

static void back_close_close(struct leg *leg, enum fault f, uint16_t code, struct slice reason)
{
	(void)f;
	(void)code;
	(void)reason;
	back_close_bury(back_close_of(leg));
}

static const struct leg_ops back_close_ops = {
	.name = "close",
	.send = back_close_send,
	.pause = back_close_pause,
	.close = back_close_close,
};

static void back_close_ready(struct task *t)
{
	struct back_close *b = LIST_OWNER(t, struct back_close, task);

	channel_ready(&b->leg);
	if (b->leg.channel == NULL)
		return;
	channel_done(&b->leg, FAULT_NONE, BACK_CLOSE_CODE, SLICE("Go away!"));
	back_close_bury(b);
}

static enum fault back_close_open(struct channel *ch, struct exchange *x)
{
	struct back_close *b = calloc(1, sizeof(*b));

	(void)x;
	if (b == NULL)
		return FAULT_NO_MEMORY;
	b->leg = (struct leg){.ops = &back_close_ops, .channel = ch};
	b->worker = ch->worker;
	ch->back = &b->leg;
	ch->server = "close";
	task_init(&b->task, back_close_ready);
	worker_resume(ch->worker, &b->task);
	return FAULT_NONE;
}

const struct back_kind back_close_kind = {
	.name = "close",
	.messages = true,
	.open = back_close_open,
};
