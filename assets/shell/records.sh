# Prints "site NAME DOMAIN PYTHON" of each site that djship has made on the host; "-" and 0 stand for what its record lacks. Behind it
# "kept NAME KEY VALUE" stands for what the record has besides. "home PATH" is the home of a site, of the bash scripts' ones, too.
printf 'home %s\n' /webapps/*_project
for record in "$state"/sites/*; do
	name=${record##*/} domain='' python='' kept=
	case $name in *[!a-z0-9_]*) continue ;; esac
	while read -r key value; do case $key in domain) domain=$value ;; python) python=$value ;; *) kept="${kept}kept $name $key $value$nl" ;; esac; done <"$record"
	echo "site $name ${domain:--} ${python:-0}"
	printf %s "$kept"
done 2>/dev/null
m end
