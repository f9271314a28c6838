/*
 * What a service manager is told (sd_notify(3)): how far the service is, who its main process is,
 * and that it lives. Without one, NOTIFY_SOCKET is not set, all of this does nothing. The main
 * thread's.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads the environment; a manager that cannot be told is said on the log. */
void	notify_open(void);
/* From now on another process is the service: nothing is said any more. */
void	notify_close(void);
bool	notify_wanted(void);	/* is there anybody who is told? */

/* status: one line for people, in `systemctl status`. */
void	notify_ready(const char *status);
void	notify_reloading(void);		/* until notify_ready */
void	notify_stopping(const char *status);
void	notify_status(const char *status);
/* The service goes on in another process, which need not say that it is ready. */
void	notify_main(pid_t, const char *status);
void	notify_alive(void);		/* the watchdog */
/* ms within which the manager wants to hear notify_alive again and again; 0: it does not. */
uint64_t notify_patience(void);

#endif
