#include "process/sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "autoconf.h"
#include "base/clock.h"
#include "base/log.h"
#include "process/sandbox_calls.h"
#include "process/sandbox_files.h"

/* Sanitizers make calls of their own. */
#if defined(HAVE_SANDBOX)
enum { SANDBOX_THERE = true };
#else
enum { SANDBOX_THERE = false };
#endif

enum { SANDBOX_WAIT = 2000 };	/* ms for the other threads */

/* What a signal handler needs. */
static int sandbox_rules = -1;		/* for files */
static int sandbox_teller = -1;		/* the pipe's end for refused calls */
static _Atomic int sandbox_confined;	/* threads */
static _Atomic int sandbox_error;	/* of the last one that could not be */

static bool sandbox_drop_bounds(void)
{
	for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) != 0 && errno != EPERM)
			return false;
	return true;
}

/* Ports below 1024, for root also files of others: what a reload may come to need. */
static bool sandbox_drop_capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct caps[2];
	uint32_t wanted = 1u << CAP_NET_BIND_SERVICE;

	if (geteuid() == 0)
		wanted |= 1u << CAP_DAC_OVERRIDE;
	if (!sandbox_drop_bounds() || syscall(SYS_capget, &head, caps) != 0)
		return false;
	caps[0].permitted &= wanted;
	caps[0].effective = caps[0].permitted;
	caps[1].permitted = caps[1].effective = 0;
	caps[0].inheritable = caps[1].inheritable = 0;
	return syscall(SYS_capset, &head, caps) == 0;
}

/* Only what a signal handler may call. */
static void sandbox_confine_thread(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !sandbox_drop_capabilities() ||
	    (sandbox_rules >= 0 && !sandbox_files_restrict(sandbox_rules)))
		sandbox_error = errno;
	sandbox_confined++;
}

/*
 * Either a thread is told to confine itself, or it has made a call that the kernel did not make for
 * it. What may not be put into the pipe is not told.
 */
static void sandbox_on_sigsys(int number, siginfo_t *info, void *context)
{
	int error = errno;

	(void)number;
	if (info->si_code == SI_TKILL) {
		sandbox_confine_thread();
	} else {
		struct sandbox_call call = sandbox_calls_refuse(info, context);
		if (write(sandbox_teller, &call, sizeof(call)) < 0)
			error = EPERM;
	}
	errno = error;
}

static void sandbox_tell(struct watch *w, unsigned what)
{
	struct sandbox_call call;

	(void)what;
	while (read(w->fd, &call, sizeof(call)) == (ssize_t)sizeof(call)) {
		char *name = sandbox_calls_name(call.number);
		log_line(LOG_LEVEL_ERROR, "sandbox: thread %d: the system call %s (%d) was "
		    "refused; if nobody attacks, that is a bug of framegate, and \"sandbox = "
		    "false\" goes without", call.thread, name ? name : "?", call.number);
		free(name);
	}
}

static bool sandbox_listen(struct sandbox *s, struct worker *main)
{
	struct sigaction action = {.sa_sigaction = sandbox_on_sigsys,
	    .sa_flags = SA_SIGINFO | SA_RESTART};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	sandbox_teller = ends[1];
	watch_init(&s->watch, main, ends[0], sandbox_tell);
	s->open = true;
	sigemptyset(&action.sa_mask);
	return sigaction(SIGSYS, &action, NULL) == 0 &&
	    watch_arm(&s->watch, WATCH_READ) == FAULT_NONE;
}

/* How many were told. */
static int sandbox_signal_threads(pid_t self)
{
	DIR *threads = opendir("/proc/self/task");
	int told = 0;

	for (struct dirent *d; threads && (d = readdir(threads)) != NULL;) {
		long tid = strtol(d->d_name, NULL, 10);
		if (tid > 0 && tid != self)
			told += syscall(SYS_tgkill, getpid(), tid, SIGSYS) == 0;
	}
	if (threads)
		closedir(threads);
	return told;
}

/* What is confined by thread: those that run already do it themselves, new ones inherit it. */
static int sandbox_confine_all(void)
{
	uint64_t until = clock_mono_ms() + SANDBOX_WAIT;

	sandbox_confined = sandbox_error = 0;
	int told = sandbox_signal_threads((pid_t)syscall(SYS_gettid));
	while (sandbox_confined < told && clock_mono_ms() < until)
		sched_yield();
	if (sandbox_confined < told)
		return ETIMEDOUT;
	sandbox_confine_thread();
	return sandbox_error;
}

void sandbox_hide_memory(const struct config *c)
{
	static const struct rlimit none = {0, 0};

	if (!c->sandbox || !SANDBOX_THERE)
		return;
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		log_line(LOG_LEVEL_WARN, "sandbox: cores may be dumped: %s", strerror(errno));
}

static void sandbox_limit(const struct config *c)
{
	sandbox_hide_memory(c);
	sandbox_rules = sandbox_files_rules(c);
	if (sandbox_rules < 0)
		log_line(LOG_LEVEL_INFO, "sandbox: where files are written is not limited: this "
		    "kernel has no Landlock (%s)", strerror(errno));
	int error = sandbox_confine_all();
	if (error)
		log_line(LOG_LEVEL_WARN, "sandbox: capabilities and files are not limited: %s",
		    strerror(error));
	if (sandbox_rules >= 0)
		close(sandbox_rules);
	sandbox_rules = -1;
	error = sandbox_calls_limit();
	if (error)
		log_line(error == ENOSYS ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
		    "sandbox: system calls are not limited: %s", strerror(error));
}

enum fault sandbox_enter(struct sandbox *s, struct worker *main, const struct config *c)
{
	if (!c->sandbox || !SANDBOX_THERE)
		return FAULT_NONE;
	if (!sandbox_listen(s, main)) {
		log_fault(FAULT_SYSTEM, "sandbox: %s", strerror(errno));
		return FAULT_SYSTEM;
	}
	sandbox_limit(c);
	return FAULT_NONE;
}

void sandbox_fini(struct sandbox *s)
{
	if (!s->open)
		return;
	watch_fini(&s->watch);
	close(s->watch.fd);
	s->open = false;
}
