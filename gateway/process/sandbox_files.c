#include "process/sandbox_files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

/* Newer than the headers of some systems. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER	(1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE	(1ULL << 14)
#endif

enum { SANDBOX_ABI_REFER = 2, SANDBOX_ABI_TRUNCATE = 3 };

/* What needs a rule from now on, by what the kernel knows. */
static uint64_t sandbox_files_handled(int abi)
{
	uint64_t handled = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
	    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
	    LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
	    LANDLOCK_ACCESS_FS_MAKE_SYM;

	if (abi >= SANDBOX_ABI_REFER)
		handled |= LANDLOCK_ACCESS_FS_REFER;
	if (abi >= SANDBOX_ABI_TRUNCATE)
		handled |= LANDLOCK_ACCESS_FS_TRUNCATE;
	return handled;
}

/* A log or a socket there may be opened anew, and removed. What is not there is left out. */
static void sandbox_files_allow(int rules, uint64_t handled, const char *path)
{
	char copy[PATH_MAX];
	struct landlock_path_beneath_attr beneath = {
	    .allowed_access = handled & (LANDLOCK_ACCESS_FS_WRITE_FILE |
		LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
		LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_TRUNCATE)};

	if (path == NULL || *path != '/' || strlen(path) >= sizeof(copy))
		return;
	beneath.parent_fd = open(dirname(strcpy(copy, path)), O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return;
	syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
}

static void sandbox_files_allow_sockets(int rules, uint64_t handled,
    const struct config_listener *l)
{
	struct sockaddr_un un;

	for (size_t i = 0; i < l->n_bind; i++) {
		if (l->bind[i].sa.ss_family != AF_UNIX)
			continue;
		memcpy(&un, &l->bind[i].sa, sizeof(un));
		sandbox_files_allow(rules, handled, un.sun_path);
	}
}

int sandbox_files_rules(const struct config *c)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = {0};

	if (abi < 0)
		return -1;
	attr.handled_access_fs = sandbox_files_handled((int)abi);
	int rules = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (rules < 0)
		return -1;
	const char *const paths[] = {c->log.to, c->access_to, c->pid_file, c->admin_socket};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		sandbox_files_allow(rules, attr.handled_access_fs, paths[i]);
	for (size_t i = 0; i < c->n_listeners; i++)
		sandbox_files_allow_sockets(rules, attr.handled_access_fs, &c->listeners[i]);
	sandbox_files_allow_sockets(rules, attr.handled_access_fs, &c->admin_http);
	return rules;
}

bool sandbox_files_restrict(int rules)
{
	return syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}
