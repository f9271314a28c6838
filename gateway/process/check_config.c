#include "process/check_config.h"

#include <stdio.h>

#include "base/log.h"
#include "process/check_diff.h"
#include "process/check_names.h"
#include "process/run_config.h"
#include "route/snapshot.h"

/* What is said besides errors depends on what is being checked. */
static bool check_config_log(enum log_level level)
{
	struct log_settings settings = {.level = level, .to = "stderr"};

	return log_configure(&settings) == FAULT_NONE;
}

/* What only shows when it is used: keys that do not fit their certificates, for one. */
static bool check_config_use(struct config *config)
{
	struct snapshot *snapshot;

	if (!check_config_log(LOG_LEVEL_WARN)) {
		config_free(config);
		return false;
	}
	bool fine = snapshot_new(config, NULL, &snapshot) == FAULT_NONE;
	if (fine)
		held_put(&snapshot->held);
	log_flush();
	return fine;
}

static void check_config_praise(const char *file, size_t routes, size_t backends, size_t listeners)
{
	printf("%s: configuration is fine (%zu route%s, %zu backend%s, %zu listener%s)\n", file,
	    routes, routes == 1 ? "" : "s", backends, backends == 1 ? "" : "s",
	    listeners, listeners == 1 ? "" : "s");
}

static int check_config_check(const struct arguments *a, struct config *config)
{
	const char *file = run_config_file(a);
	size_t routes = config->n_routes, backends = config->n_backends;
	size_t listeners = config->n_listeners;

	if (check_config_log(LOG_LEVEL_ERROR))
		check_names(config);
	if (!check_config_use(config))
		return COMMAND_WRONG;
	if (a->value[OPTION_DIFF] == NULL)
		check_config_praise(file, routes, backends, listeners);
	return COMMAND_DONE;
}

static int check_config_compare(const struct arguments *a, const struct running *running)
{
	struct config *config = config_load(run_config_file(a), NULL);

	if (config == NULL)
		return COMMAND_WRONG;
	held_get(&config->held);
	int status = check_config_check(a, config);
	if (status == COMMAND_DONE && !check_diff(running, config))
		status = COMMAND_WRONG;
	config_free(config);
	return status;
}

static int check_config_diff(const struct arguments *a)
{
	struct running running;
	int status = running_ask(&running, a);

	if (status == COMMAND_DONE)
		status = check_config_compare(a, &running);
	config_free(running.config);
	return status;
}

int check_config_run(const struct arguments *a)
{
	if (a->value[OPTION_DIFF])
		return check_config_diff(a);
	if (a->value[OPTION_AGAINST])
		return command_misuse(a->command, "--against goes with --diff");
	struct config *config = config_load(run_config_file(a), NULL);
	return config ? check_config_check(a, config) : COMMAND_WRONG;
}
