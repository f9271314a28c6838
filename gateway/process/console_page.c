#include "process/console_page.h"

const char console_page[] =
#include "process/console_page.text"
    ;
