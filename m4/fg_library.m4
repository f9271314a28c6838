# FG_LIBRARY(VARIABLE, MODULE, VERSION): a library framegate cannot do without. All that are
# missing are collected, and FG_LIBRARIES_END says them at once, with the packages to install.
AC_DEFUN([FG_LIBRARY], [
	PKG_CHECK_MODULES([$1], [$2 >= $3], [], [
		AS_VAR_APPEND([fg_missing], [" '$2' ($3 or newer)"])
		AS_VAR_APPEND([fg_missing_names], [" $2"])])
])

# FG_SAY_PACKAGES(NAMES): one line per distribution, out of contrib/dependencies.
AC_DEFUN([FG_SAY_PACKAGES], [fg_packages=`$AWK -v names="$1" '
	BEGIN { n = split(names, want, " ") }
	{ for (i = 1; i <= n; i++) if (@S|@2 == want@<:@i@:>@)
		for (d = 3; d <= 6; d++) if (!seen@<:@d, @S|@d@:>@++) list@<:@d@:>@ = list@<:@d@:>@ " " @S|@d }
	END {
		print "    Debian, Ubuntu:  apt-get install" list@<:@3@:>@
		print "    Fedora:          dnf install" list@<:@4@:>@
		print "    Alpine:          apk add" list@<:@5@:>@
		print "    Arch:            pacman -S" list@<:@6@:>@
	}' "$srcdir/contrib/dependencies"`])

AC_DEFUN([FG_LIBRARIES_END], [
	AS_IF([test -n "$fg_missing_names"], [
		FG_SAY_PACKAGES([$fg_missing_names])
		AC_MSG_ERROR([missing:$fg_missing
$fg_packages
or everything at once: sh contrib/install build])])
])
