#include <stdio.h>

#include "process/command.h"
#include "process/help.h"

int main(int argc, char **argv)
{
	struct arguments arguments;

	if (!command_parse(&arguments, argc, argv))
		return COMMAND_USAGE;
	if (arguments.value[OPTION_HELP]) {
		help_print(arguments.command);
		return COMMAND_DONE;
	}
	return arguments.command->run(&arguments);
}
