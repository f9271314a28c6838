#include "process/show_config.h"

#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "process/run_config.h"

int show_config_run(const struct arguments *a)
{
	if (strcmp(a->operands[0], "defaults") == 0) {
		config_defaults(stdout);
		return COMMAND_DONE;
	}
	struct config *config = config_load(run_config_file(a), NULL);
	if (config == NULL)
		return COMMAND_WRONG;
	config_dump(stdout, config);
	config_free(config);
	return COMMAND_DONE;
}
