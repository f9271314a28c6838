# FG_CFLAG(VARIABLE, FLAGS...): adds to VARIABLE each flag the compiler and linker take without
# a word, tried together with the user's own CFLAGS.
AC_DEFUN([FG_CFLAG], [m4_foreach([flag], m4_cdr($@), [FG_CFLAG_ONE([$1], m4_defn([flag]))])])

AC_DEFUN([FG_CFLAG_ONE], [
	AC_MSG_CHECKING([whether $CC takes $2])
	fg_saved=$CFLAGS
	CFLAGS="$CFLAGS -Werror $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <string.h>]], [[char s[8]; memset(s, 0, 8); return s[0];]])],
		[AC_MSG_RESULT([yes])
		$1="$$1 $2"
		fg_took=yes],
		[AC_MSG_RESULT([no])
		fg_took=no])
	CFLAGS=$fg_saved
])

# FG_NEED_FLAG(FLAG, OPTION): the same for one that the user asked for; ends when it is not taken.
AC_DEFUN([FG_NEED_FLAG], [
	FG_CFLAG_ONE([fg_ignored], [$1])
	AS_IF([test $fg_took = no], [AC_MSG_ERROR([$2: $CC does not take $1])])
])
