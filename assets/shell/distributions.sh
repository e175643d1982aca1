# Prints the notes of the Python packages that are installed in $environment, of $python: "NAME-VERSION.dist-info". Who
# has installed a wheel is what an installer notes last; where it was cut off before, the package is none.
for dir in "$environment"/lib/"$(readlink "/usr/bin/$python")"/site-packages/*.*-info; do
	case $dir in *.dist-info) [ -e "$dir/INSTALLER" ] || continue ;; esac
	echo "${dir##*/}"
done
