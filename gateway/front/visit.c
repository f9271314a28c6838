#include "front/visit.h"

#include <stdlib.h>
#include <string.h>

#include "front/session.h"

static void visit_drop_parcel(struct parcel *);
static void visit_drop_recall(struct parcel *);

void visit_init(struct visit *v, struct exchange *x, const struct visit_ops *ops)
{
	parcel_init(&v->parcel, NULL, visit_drop_parcel);
	parcel_init(&v->recall, NULL, visit_drop_recall);
	list_init(&v->waiting);
	v->ops = ops;
	v->worker = x->client->worker;
	v->x = x;
}

/* Nobody has anything to do with it any more. */
static void visit_dispose(struct visit *v)
{
	if (v->x || v->away || v->recalled)
		return;
	if (v->link)
		held_put(&v->link->held);
	STATS_ADD(v->worker->stats.posted, -(int64_t)v->body.room);
	buffer_clear(&v->body);
	buffer_clear(&v->frame);
	v->ops->free(v);
}

static void visit_come_home(struct parcel *p)
{
	struct visit *v = LIST_OWNER(p, struct visit, parcel);

	v->away = false;
	if (v->x)
		v->ops->answered(v);
	else if (v->attends)
		visit_end(v);
	else
		visit_dispose(v);
}

static void visit_arrive(struct parcel *p)
{
	struct visit *v = LIST_OWNER(p, struct visit, parcel);

	if (v->link->session) {
		session_visited(v->link->session, v);
		return;
	}
	v->attends = false;
	visit_refuse(v, FAULT_SESSION_UNKNOWN);
}

void visit_send(struct visit *v)
{
	v->away = true;
	if (v->link == NULL) {
		visit_refuse(v, FAULT_SESSION_UNKNOWN);
		return;
	}
	v->parcel.open = visit_arrive;
	parcel_send(&v->parcel, v->worker, v->link->worker);
}

void visit_answer(struct visit *v, enum visit_answer answer)
{
	struct worker *from = v->link ? v->link->worker : v->worker;

	v->answer = answer;
	v->parked = false;
	v->parcel.open = visit_come_home;
	parcel_send(&v->parcel, from, v->worker);
}

void visit_refuse(struct visit *v, enum fault f)
{
	v->fault = f;
	visit_answer(v, VISIT_REFUSED);
}

static void visit_recall_home(struct parcel *p)
{
	struct visit *v = LIST_OWNER(p, struct visit, recall);

	v->recalled = false;
	visit_dispose(v);
}

/* If it is not parked it is on its way home already. */
static void visit_recall_arrive(struct parcel *p)
{
	struct visit *v = LIST_OWNER(p, struct visit, recall);

	if (v->parked)
		session_recalled(v->link->session, v);
	p->open = visit_recall_home;
	parcel_send(p, v->link->worker, v->worker);
}

/* A poll was let go of when it was given what it has now. */
static bool visit_must_leave(const struct visit *v)
{
	return !v->away && v->attends && !(v->once && v->through);
}

void visit_end(struct visit *v)
{
	v->x = NULL;
	if (visit_must_leave(v)) {
		v->wish = VISIT_LEAVE;
		visit_send(v);
	} else if (v->away && v->link && !v->recalled) {
		v->recalled = true;
		v->recall.open = visit_recall_arrive;
		parcel_send(&v->recall, v->worker, v->link->worker);
	} else {
		visit_dispose(v);
	}
}

void visit_drop(struct visit *v)
{
	v->away = v->parked = v->attends = false;
	visit_dispose(v);
}

static void visit_drop_parcel(struct parcel *p)
{
	visit_drop(LIST_OWNER(p, struct visit, parcel));
}

static void visit_drop_recall(struct parcel *p)
{
	struct visit *v = LIST_OWNER(p, struct visit, recall);

	v->recalled = false;
	visit_dispose(v);
}
