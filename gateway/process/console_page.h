/* The demo's page, made from console.html when the program is built. */
#ifndef CONSOLE_PAGE_H
#define CONSOLE_PAGE_H

extern const char console_page[];

#endif
