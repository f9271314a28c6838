#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "process/command.h"
#include "process/help.h"

static int main_run(const struct arguments *a)
{
	if (a->value[OPTION_HELP] == NULL)
		return a->command->run(a);
	help_print(a->command);
	return COMMAND_DONE;
}

/*
 * Who was started with a standard descriptor closed would get a socket under its number, and write
 * to that what is for people. What stands there now fails as a closed one does.
 */
static bool main_keep_numbers(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct arguments arguments;

	if (!main_keep_numbers())
		return COMMAND_NO_START;
	if (!command_parse(&arguments, argc, argv))
		return COMMAND_USAGE;
	int status = main_run(&arguments);
	/* What was to be shown may have gone to a full disk. */
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "framegate: standard output: %s\n", strerror(errno));
		return status == COMMAND_DONE ? COMMAND_WRONG : status;
	}
	return status;
}
