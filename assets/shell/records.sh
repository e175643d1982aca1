# Prints "site NAME DOMAIN PYTHON" of each site that djship has made on the host; "-" and 0 stand for what its record lacks.
for record in "$state"/sites/*; do
	name=${record##*/} domain='' python=''
	case $name in *[!a-z0-9_]*) continue ;; esac
	while read -r key value; do case $key in domain) domain=$value ;; python) python=$value ;; esac; done <"$record"
	echo "site $name ${domain:--} ${python:-0}"
done 2>/dev/null
m end
