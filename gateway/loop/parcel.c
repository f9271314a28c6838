#include "loop/parcel.h"

static void parcel_open_letter(struct worker *w, struct letter *l)
{
	struct parcel *p = LIST_OWNER(l, struct parcel, letter);

	(void)w;
	p->open(p);
}

static void parcel_drop_letter(struct letter *l)
{
	struct parcel *p = LIST_OWNER(l, struct parcel, letter);

	p->drop(p);
}

static void parcel_run(struct task *t)
{
	struct parcel *p = LIST_OWNER(t, struct parcel, task);

	p->open(p);
}

void parcel_init(struct parcel *p, void (*open)(struct parcel *), void (*drop)(struct parcel *))
{
	p->letter = (struct letter){NULL, parcel_open_letter, parcel_drop_letter};
	task_init(&p->task, parcel_run);
	p->open = open;
	p->drop = drop;
}

void parcel_send(struct parcel *p, struct worker *from, struct worker *to)
{
	if (from == to)
		worker_resume(to, &p->task);
	else
		worker_post(to, &p->letter);
}
