#include "process/sandbox_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "autoconf.h"

#if defined(HAVE_SECCOMP)

#include <linux/sched.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/ucontext.h>

/* Where the result of a call is put, so that a refused one can be told from others by the log. */
#if defined(__x86_64__)
#define SANDBOX_FAIL(u)	((u)->uc_mcontext.gregs[REG_RAX] = -EPERM)
#elif defined(__aarch64__)
#define SANDBOX_FAIL(u)	((u)->uc_mcontext.regs[0] = (unsigned long long)-EPERM)
#endif

#if defined(SANDBOX_FAIL)
#define SANDBOX_REFUSE	SCMP_ACT_TRAP
#else
#define SANDBOX_REFUSE	SCMP_ACT_ERRNO(EPERM)	/* without a word */
#endif

/* By name, since not every architecture, and not every libseccomp, has all of them. */
static const char *const sandbox_calls_free[] = {
	/* sockets and the loop */
	"accept", "accept4", "bind", "connect", "epoll_create1", "epoll_ctl", "epoll_pwait",
	"epoll_pwait2", "epoll_wait", "eventfd2", "getpeername", "getsockname", "getsockopt",
	"listen", "poll", "ppoll", "pselect6", "recvfrom", "recvmmsg", "recvmsg", "select",
	"sendmmsg", "sendmsg", "sendto", "setsockopt", "shutdown", "signalfd4", "socketpair",
	/* files */
	"access", "chmod", "close", "dup", "dup2", "dup3", "faccessat", "faccessat2", "fchmod",
	"fchmodat", "fcntl", "fdatasync", "flock", "fstat", "fstatfs", "fsync", "ftruncate",
	"getcwd", "getdents64", "inotify_add_watch", "inotify_init1", "inotify_rm_watch", "lseek",
	"lstat", "newfstatat", "open", "openat", "openat2", "pipe2", "pread64", "preadv",
	"preadv2", "pwrite64", "pwritev", "pwritev2", "read", "readlink", "readlinkat", "readv",
	"sendfile", "stat", "statfs", "statx", "umask", "unlink", "unlinkat", "write", "writev",
	/* memory and threads */
	"brk", "exit", "exit_group", "futex", "get_robust_list", "madvise", "membarrier", "mremap",
	"munmap", "restart_syscall", "rseq", "rt_sigaction", "rt_sigpending", "rt_sigprocmask",
	"rt_sigreturn", "rt_sigtimedwait", "sched_getaffinity", "sched_yield", "set_robust_list",
	"set_tid_address", "sigaltstack", "sigreturn",
	/* time and facts */
	"clock_getres", "clock_gettime", "clock_nanosleep", "getcpu", "getegid", "geteuid",
	"getgid", "getpgrp", "getpid", "getppid", "getrandom", "getrlimit", "getrusage", "gettid",
	"gettimeofday", "getuid", "nanosleep", "sysinfo", "time", "times", "uname", "wait4",
};

enum sandbox_who { SANDBOX_ANYBODY, SANDBOX_OURSELVES };

/* Those that are free for some values of an argument. */
static const struct sandbox_calls_row {
	const char		*name;
	unsigned		 argument;
	enum scmp_compare	 compare;
	scmp_datum_t		 a, b;	/* of MASKED_EQ a mask and a value */
	enum sandbox_who	 who;	/* ourselves: a is our process id */
} sandbox_calls_some[] = {
	{"clone", 0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD, SANDBOX_ANYBODY},
	{"ioctl", 1, SCMP_CMP_EQ, FIONBIO, 0, SANDBOX_ANYBODY},
	{"ioctl", 1, SCMP_CMP_EQ, FIONREAD, 0, SANDBOX_ANYBODY},
	{"ioctl", 1, SCMP_CMP_EQ, SIOCOUTQ, 0, SANDBOX_ANYBODY},
	{"ioctl", 1, SCMP_CMP_EQ, TCGETS, 0, SANDBOX_ANYBODY},
	{"kill", 0, SCMP_CMP_EQ, 0, 0, SANDBOX_OURSELVES},
	{"mmap", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0, SANDBOX_ANYBODY},
	{"mprotect", 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0, SANDBOX_ANYBODY},
	{"prctl", 0, SCMP_CMP_EQ, PR_GET_NAME, 0, SANDBOX_ANYBODY},
	{"prctl", 0, SCMP_CMP_EQ, PR_SET_NAME, 0, SANDBOX_ANYBODY},
	{"prlimit64", 2, SCMP_CMP_EQ, 0, 0, SANDBOX_ANYBODY},	/* asks only */
	{"socket", 0, SCMP_CMP_EQ, AF_INET, 0, SANDBOX_ANYBODY},
	{"socket", 0, SCMP_CMP_EQ, AF_INET6, 0, SANDBOX_ANYBODY},
	{"socket", 0, SCMP_CMP_EQ, AF_NETLINK, 0, SANDBOX_ANYBODY},	/* c-ares: addresses */
	{"socket", 0, SCMP_CMP_EQ, AF_UNIX, 0, SANDBOX_ANYBODY},
	{"tgkill", 0, SCMP_CMP_EQ, 0, 0, SANDBOX_OURSELVES},
};

/* What libraries try, and do without: no word about it. */
static const struct sandbox_calls_quiet {
	const char	*name;
	int		 error;
	int		 argument;	/* -1: whatever they are */
	scmp_datum_t	 bits;		/* in that */
} sandbox_calls_quiet[] = {
	{"clone3", ENOSYS, -1, 0},	/* its flags are out of sight; clone is taken instead */
	{"mmap", EACCES, 2, PROT_EXEC},		/* PCRE2 interprets what it cannot compile */
	{"mprotect", EACCES, 2, PROT_EXEC},
	{"prctl", EINVAL, 0, 0x53564d41},	/* PR_SET_VMA: names for memory */
};

static int sandbox_calls_add(scmp_filter_ctx filter, uint32_t action, const char *name,
    const struct scmp_arg_cmp *compare)
{
	int number = seccomp_syscall_resolve_name(name);

	if (number < 0)
		return 0;
	return seccomp_rule_add_array(filter, action, number, compare ? 1 : 0, compare);
}

static int sandbox_calls_add_free(scmp_filter_ctx filter)
{
	const size_t n = sizeof(sandbox_calls_free) / sizeof(sandbox_calls_free[0]);
	int error = 0;

	for (size_t i = 0; i < n && error == 0; i++)
		error = sandbox_calls_add(filter, SCMP_ACT_ALLOW, sandbox_calls_free[i], NULL);
	return error;
}

static int sandbox_calls_add_some(scmp_filter_ctx filter)
{
	const size_t n = sizeof(sandbox_calls_some) / sizeof(sandbox_calls_some[0]);
	int error = 0;

	for (size_t i = 0; i < n && error == 0; i++) {
		const struct sandbox_calls_row *r = &sandbox_calls_some[i];
		scmp_datum_t a = r->who == SANDBOX_OURSELVES ? (scmp_datum_t)getpid() : r->a;
		struct scmp_arg_cmp compare = {r->argument, r->compare, a, r->b};
		error = sandbox_calls_add(filter, SCMP_ACT_ALLOW, r->name, &compare);
	}
	return error;
}

static int sandbox_calls_add_quiet(scmp_filter_ctx filter)
{
	const size_t n = sizeof(sandbox_calls_quiet) / sizeof(sandbox_calls_quiet[0]);
	int error = 0;

	for (size_t i = 0; i < n && error == 0; i++) {
		const struct sandbox_calls_quiet *q = &sandbox_calls_quiet[i];
		struct scmp_arg_cmp compare = {q->argument < 0 ? 0 : (unsigned)q->argument,
		    SCMP_CMP_MASKED_EQ, q->bits, q->bits};
		error = sandbox_calls_add(filter, SCMP_ACT_ERRNO((unsigned)q->error), q->name,
		    q->argument < 0 ? NULL : &compare);
	}
	return error;
}

int sandbox_calls_limit(void)
{
	scmp_filter_ctx filter = seccomp_init(SANDBOX_REFUSE);
	int error = filter ? 0 : -ENOMEM;

	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	if (error == 0)
		error = sandbox_calls_add_free(filter);
	if (error == 0)
		error = sandbox_calls_add_some(filter);
	if (error == 0)
		error = sandbox_calls_add_quiet(filter);
	if (error == 0)
		error = seccomp_load(filter);
	seccomp_release(filter);
	return -error;
}

struct sandbox_call sandbox_calls_refuse(const siginfo_t *info, void *context)
{
	ucontext_t *user = context;

#if defined(SANDBOX_FAIL)
	SANDBOX_FAIL(user);
#else
	(void)user;
#endif
	return (struct sandbox_call){info->si_syscall, (int)syscall(SYS_gettid)};
}

char *sandbox_calls_name(int number)
{
	return seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
}

#else

int sandbox_calls_limit(void)
{
	return ENOSYS;
}

struct sandbox_call sandbox_calls_refuse(const siginfo_t *info, void *context)
{
	(void)context;
	return (struct sandbox_call){info->si_syscall, 0};
}

char *sandbox_calls_name(int number)
{
	(void)number;
	return NULL;
}

#endif
