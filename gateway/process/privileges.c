#include "process/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

/* Who to become. */
struct privileges {
	const char	*user;		/* NULL: stays as it is */
	uid_t		 uid;
	gid_t		 gid;
};

void privileges_raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		log_line(LOG_LEVEL_WARN, "limit of open files: %s", strerror(errno));
}

static enum fault privileges_find(struct privileges *p, const char *user, const char *group)
{
	const struct passwd *pw = user ? getpwnam(user) : NULL;
	const struct group *gr = group ? getgrnam(group) : NULL;

	if (user && pw == NULL) {
		log_line(LOG_LEVEL_ERROR, "user: there is no user '%s'", user);
		return FAULT_SYSTEM;
	}
	if (group && gr == NULL) {
		log_line(LOG_LEVEL_ERROR, "group: there is no group '%s'", group);
		return FAULT_SYSTEM;
	}
	p->user = user;
	p->uid = pw ? pw->pw_uid : getuid();
	p->gid = gr ? gr->gr_gid : pw ? pw->pw_gid : getgid();
	return FAULT_NONE;
}

/* The other groups first, the user last: each step needs what the next one takes away. */
static bool privileges_become(const struct privileges *p)
{
	if (p->user ? initgroups(p->user, p->gid) != 0 : setgroups(1, &p->gid) != 0)
		return false;
	return setresgid(p->gid, p->gid, p->gid) == 0 && setresuid(p->uid, p->uid, p->uid) == 0;
}

/* Some systems let a call succeed that did not do what it says. */
static bool privileges_are_gone(const struct privileges *p)
{
	if (getuid() != p->uid || geteuid() != p->uid || getgid() != p->gid || getegid() != p->gid)
		return false;
	return p->uid == 0 || (setuid(0) != 0 && seteuid(0) != 0);
}

static enum fault privileges_change(const char *user, const char *group)
{
	struct privileges p;

	if (privileges_find(&p, user, group) != FAULT_NONE)
		return FAULT_SYSTEM;
	if (!privileges_become(&p)) {
		log_line(LOG_LEVEL_ERROR, "cannot become user %s, group %s: %s",
		    user ? user : "(unchanged)", group ? group : "(its own)", strerror(errno));
		return FAULT_SYSTEM;
	}
	if (!privileges_are_gone(&p)) {
		log_line(LOG_LEVEL_ERROR, "root privileges could be regained");
		return FAULT_SYSTEM;
	}
	return FAULT_NONE;
}

enum fault privileges_drop(const char *user, const char *group)
{
	enum fault f = FAULT_NONE;

	if ((user || group) && geteuid() == 0)
		f = privileges_change(user, group);
	else if (user || group)
		log_line(LOG_LEVEL_INFO, "not started as root: user and group have no meaning");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		log_line(LOG_LEVEL_WARN, "no_new_privs: %s", strerror(errno));
	return f;
}
