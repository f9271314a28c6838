#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "process/command.h"
#include "process/help.h"

static int main_run(const struct arguments *a)
{
	if (a->value[OPTION_HELP] == NULL)
		return a->command->run(a);
	help_print(a->command);
	return COMMAND_DONE;
}

int main(int argc, char **argv)
{
	struct arguments arguments;

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
