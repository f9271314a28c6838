/*
 * A name server on loopback, in the loop of the worker that asks it.
 */
#ifndef DNS_FIXTURE_H
#define DNS_FIXTURE_H

#include "loop/worker.h"

enum dns_mood { DNS_ANSWERS, DNS_NXDOMAIN, DNS_SERVFAIL, DNS_SILENT };

struct dns_record {
	const char	*name;
	const char	*v4, *v6;	/* space-separated addresses, NULL: none of that kind */
};

struct dns_server {
	struct watch		 watch;
	const struct dns_record	*records;	/* up to one without a name: it takes any */
	enum dns_mood		 mood;
	int			 fd;
	unsigned		 questions;	/* for names in records */
	char			 text[32];	/* "127.0.0.1:5353", for resolver_init */
};

void	dns_init(struct dns_server *, struct worker *, const struct dns_record *);
void	dns_fini(struct dns_server *);

#endif
