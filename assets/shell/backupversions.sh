# Prints the packages of a site's virtualenv by the names of the folders that they have there: nothing of it is run. $1 is that virtualenv, or where a release is live $2 the file that names its own. The site's account runs this.
environment=$1
[ ! "$2" ] || environment=$(sed -n "s/^code=.* environment='\{0,1\}\([A-Za-z0-9_.\/-]*\)'\{0,1\}\$/\1/p" "$2")
for dir in "$environment"/lib/python*/site-packages/*-info; do
	[ -e "$dir" ] || continue
	name=${dir##*/} python=${dir#"$environment"/lib/}
	name=${name%.dist-info}
	printf '%s %s\n' "${python%%/*}" "${name%.egg-info}"
done
