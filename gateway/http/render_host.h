/*
 * Whether what is put into a location leaves it at the host that its template names: a redirect
 * that a request can lead elsewhere makes the site's own links a trap.
 */
#ifndef RENDER_HOST_H
#define RENDER_HOST_H

#include "config/template.h"

/*
 * parts: what stands for each segment of the template, values encoded as render_url does. Behind
 * "https://" a value may be a label of the host, or the whole of what the template leaves open; it
 * neither ends the host where the template's text goes on with it, nor goes on where that ended.
 * What begins as a path stays one: "//" is another host.
 */
bool	render_host_stays(const struct template *, const struct slice *parts);

#endif
