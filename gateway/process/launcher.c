#include "process/launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/fd_link.h"

extern char **environ;

/* What it is asked: the first byte of a message. */
enum { LAUNCHER_MORE = '+', LAUNCHER_GO = '!', LAUNCHER_KILL = 'x' };

enum {
	LAUNCHER_WORDS = 1024,		/* arguments, and variables, that are passed on */
	LAUNCHER_LINE = 128 * 1024	/* bytes of arguments */
};

/* Of the launching process. Nothing is allocated: it was forked, perhaps from among threads. */
struct launcher {
	int	 end, children;		/* whom it works for; a signalfd */
	pid_t	 child;			/* 0: none */
	int	 fds[LAUNCHER_MOST];	/* for the next one */
	size_t	 n_fds;
	char	 line[LAUNCHER_LINE];
	char	*argv[LAUNCHER_WORDS + 1];
	char	*envp[LAUNCHER_WORDS + 1];
	char	 message[FD_LINK_BYTES];
};

static struct launcher launcher;
static pid_t launcher_pid;	/* of that process */

/* Nothing else is taken over a link: it may be somebody else who speaks by now. */
static const char launcher_ours[] = "FRAMEGATE_";

/* Those that speak of the process that they were given to. */
static const char *const launcher_personal[] = {"LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=",
    "WATCHDOG_PID=", launcher_ours};

/* Signals are for the process that it works for; a terminal's go to both. */
static const int launcher_ignored[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE, SIGQUIT,
    SIGALRM, SIGTSTP};
enum { LAUNCHER_IGNORED = sizeof(launcher_ignored) / sizeof(launcher_ignored[0]) };

static bool launcher_is_personal(const char *variable)
{
	for (size_t i = 0; i < sizeof(launcher_personal) / sizeof(launcher_personal[0]); i++)
		if (strncmp(variable, launcher_personal[i], strlen(launcher_personal[i])) == 0)
			return true;
	return false;
}

/* Our own arguments, which the program gets again. */
static bool launcher_read_line(struct launcher *l)
{
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	size_t n = 0, words = 0;
	ssize_t got = 1;

	while (fd >= 0 && got > 0 && n < sizeof(l->line)) {
		got = read(fd, l->line + n, sizeof(l->line) - n);
		n += got > 0 ? (size_t)got : 0;
	}
	if (fd >= 0)
		close(fd);
	if (n == 0 || n == sizeof(l->line) || l->line[n - 1] != '\0')
		return false;
	for (char *p = l->line; p < l->line + n && words < LAUNCHER_WORDS; p += strlen(p) + 1)
		l->argv[words++] = p;
	return true;
}

/* Its environment as it was, and the variables of the message. */
static void launcher_compose(struct launcher *l, size_t n)
{
	size_t words = 0;

	for (char **v = environ; *v && words < LAUNCHER_WORDS; v++)
		if (!launcher_is_personal(*v))
			l->envp[words++] = *v;
	for (char *p = l->message + 1; p < l->message + n && words < LAUNCHER_WORDS;
	    p += strlen(p) + 1)
		if (strncmp(p, launcher_ours, strlen(launcher_ours)) == 0)
			l->envp[words++] = p;
	l->envp[words] = NULL;
}

static void launcher_say(const struct launcher *l, enum launcher_event event, int number)
{
	struct launcher_news news = {event, number};

	fd_link_send(l->end, &news, sizeof(news), NULL, 0);
}

static void launcher_forget(struct launcher *l)
{
	while (l->n_fds > 0)
		close(l->fds[--l->n_fds]);
}

/* Out of the way of those numbers that they get at last. */
static bool launcher_lift(struct launcher *l)
{
	for (size_t i = 0; i < l->n_fds; i++) {
		int fd = fcntl(l->fds[i], F_DUPFD_CLOEXEC, LAUNCHER_FIRST + (int)l->n_fds);
		if (fd < 0)
			return false;
		close(l->fds[i]);
		l->fds[i] = fd;
	}
	return true;
}

static int launcher_place(const struct launcher *l, posix_spawn_file_actions_t *actions)
{
	int error = 0;

	for (size_t i = 0; i < l->n_fds && error == 0; i++)
		error = posix_spawn_file_actions_adddup2(actions, l->fds[i],
		    i ? LAUNCHER_FIRST + (int)i - 1 : STDERR_FILENO);
	return error;
}

static int launcher_spawn(struct launcher *l)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, ignored;

	sigemptyset(&none);
	sigemptyset(&ignored);
	for (size_t i = 0; i < LAUNCHER_IGNORED; i++)
		sigaddset(&ignored, launcher_ignored[i]);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &ignored);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	int error = launcher_lift(l) ? launcher_place(l, &actions) : errno;
	if (error == 0)
		error = posix_spawnp(&l->child, l->argv[0], &actions, &attributes, l->argv,
		    l->envp);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static void launcher_launch(struct launcher *l, size_t n)
{
	launcher_compose(l, n);
	int error = l->argv[0] ? launcher_spawn(l) : ENOSYS;
	launcher_forget(l);
	if (error) {
		l->child = 0;
		launcher_say(l, LAUNCHER_FAILED, error);
	} else {
		launcher_say(l, LAUNCHER_STARTED, (int)l->child);
	}
}

/* Descriptors of an order that was never completed are not for the next one. */
static void launcher_kill_child(struct launcher *l)
{
	launcher_forget(l);
	if (l->child > 0)
		kill(l->child, SIGKILL);
}

static void launcher_obey(struct launcher *l)
{
	size_t room = LAUNCHER_MOST - l->n_fds;
	ssize_t n = fd_link_receive(l->end, l->message, sizeof(l->message) - 1, l->fds + l->n_fds,
	    &room);

	if (n == 0 || (n < 0 && errno != EMSGSIZE))
		_exit(0);
	l->n_fds += room;
	if (n < 0) {
		launcher_forget(l);
		launcher_say(l, LAUNCHER_FAILED, E2BIG);
		return;
	}
	l->message[n] = '\0';
	if (l->message[0] == LAUNCHER_GO)
		launcher_launch(l, (size_t)n);
	else if (l->message[0] == LAUNCHER_KILL)
		launcher_kill_child(l);
}

/* Also of those that were left behind here by others, where this process is the first of all. */
static void launcher_bury(struct launcher *l)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(l->children, &info, sizeof(info)) > 0)
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == l->child) {
			l->child = 0;
			launcher_say(l, LAUNCHER_ENDED, status);
		}
}

static void launcher_settle(struct launcher *l)
{
	sigset_t children;

	prctl(PR_SET_NAME, "launcher", 0, 0, 0);
	for (size_t i = 0; i < LAUNCHER_IGNORED; i++)
		signal(launcher_ignored[i], SIG_IGN);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_SETMASK, &children, NULL);
	dup2(l->end, LAUNCHER_FIRST);
	fcntl(LAUNCHER_FIRST, F_SETFD, FD_CLOEXEC);
	l->end = LAUNCHER_FIRST;
	syscall(SYS_close_range, LAUNCHER_FIRST + 1, ~0u, 0);
	l->children = signalfd(-1, &children, SFD_NONBLOCK | SFD_CLOEXEC);
}

static _Noreturn void launcher_run(struct launcher *l)
{
	launcher_settle(l);
	if (!launcher_read_line(l))
		l->argv[0] = NULL;
	struct pollfd fds[] = {{l->end, POLLIN, 0}, {l->children, POLLIN, 0}};
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents)
			launcher_bury(l);
		if (fds[0].revents)
			launcher_obey(l);
	}
}

int launcher_start(void)
{
	int ends[2];

	if (!fd_link_pair(ends))
		return -1;
	launcher_pid = fork();
	if (launcher_pid == 0) {
		launcher.end = ends[1];
		launcher_run(&launcher);
	}
	close(ends[1]);
	if (launcher_pid > 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return ends[0];
	int error = errno;
	close(ends[0]);
	errno = error;
	return -1;
}

void launcher_stop(int end)
{
	if (end < 0)
		return;
	close(end);
	waitpid(launcher_pid, NULL, 0);
}

bool launcher_ask(int end, const char *variables, size_t n, int words, const int *fds,
    size_t n_fds)
{
	char message[FD_LINK_BYTES];
	const char more = LAUNCHER_MORE;

	if (n >= sizeof(message) || n_fds >= LAUNCHER_MOST) {
		errno = E2BIG;
		return false;
	}
	message[0] = LAUNCHER_GO;
	memcpy(message + 1, variables, n);
	if (!fd_link_send(end, &more, 1, &words, 1))
		return false;
	while (n_fds > FD_LINK_MOST) {
		if (!fd_link_send(end, &more, 1, fds, FD_LINK_MOST))
			return false;
		fds += FD_LINK_MOST;
		n_fds -= FD_LINK_MOST;
	}
	return fd_link_send(end, message, n + 1, fds, n_fds);
}

void launcher_kill(int end)
{
	const char message = LAUNCHER_KILL;

	fd_link_send(end, &message, 1, NULL, 0);
}

int launcher_hear(int end, struct launcher_news *news)
{
	size_t none = 0;
	ssize_t n = fd_link_receive(end, news, sizeof(*news), NULL, &none);

	if (n < 0 && errno == EAGAIN)
		return 0;
	return n == (ssize_t)sizeof(*news) ? 1 : -1;
}
