#include "process/run_config.h"

#include "config/config.h"
#include "process/gateway.h"

static const char run_config_default[] = "/etc/framegate/framegate.conf";

const char *run_config_file(const struct arguments *a)
{
	return a->value[OPTION_CONFIG] ? a->value[OPTION_CONFIG] : run_config_default;
}

int run_config_run(const struct arguments *a)
{
	const char *file = run_config_file(a);
	struct config *config = config_load(file, NULL);

	return config ? gateway_run(config, file, NULL) : COMMAND_WRONG;
}
