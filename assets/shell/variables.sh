# Variables that projects read by these names, for bash: the file of a release has them between what is of that release, $djship_static among it, and what the project
# has asked for, which has the last word. Where the site has a name there are $DJSHIP_DOMAIN, and by $djship_hosts and $djship_origins its other names. DEBUG is a number
# since int() takes no word; what reads this one as true is put right by the overlay.
djship_encode() {
	local LC_ALL=C text=$1 i c
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		case $c in [A-Za-z0-9._~-]) printf %s "$c" ;; *) printf %%%02X $(($(printf %d "'$c") & 255)) ;; esac
	done
}
djship_url=postgres://$DJSHIP_DB_NAME:$(djship_encode "$DJSHIP_DB_PASSWORD")@localhost:$DJSHIP_DB_PORT/$DJSHIP_DB_NAME
export DJANGO_SECRET_KEY="$DJSHIP_SECRET_KEY"
export DATABASE_URL="$djship_url"
export DB_NAME="$DJSHIP_DB_NAME" DB_USER="$DJSHIP_DB_NAME" DB_PASSWORD="$DJSHIP_DB_PASSWORD" DB_HOST=localhost DB_PORT="$DJSHIP_DB_PORT"
export PGDATABASE="$DJSHIP_DB_NAME" PGUSER="$DJSHIP_DB_NAME" PGPASSWORD="$DJSHIP_DB_PASSWORD" PGHOST=localhost PGPORT="$DJSHIP_DB_PORT"
export POSTGRES_DB="$DJSHIP_DB_NAME" POSTGRES_USER="$DJSHIP_DB_NAME" POSTGRES_PASSWORD="$DJSHIP_DB_PASSWORD" POSTGRES_HOST=localhost POSTGRES_PORT="$DJSHIP_DB_PORT"
if [ "${DJSHIP_DOMAIN-}" ]; then
	export ALLOWED_HOSTS="$DJSHIP_DOMAIN,www.$DJSHIP_DOMAIN$djship_hosts"
	export DJANGO_ALLOWED_HOSTS="$ALLOWED_HOSTS"
	export CSRF_TRUSTED_ORIGINS="https://$DJSHIP_DOMAIN,https://www.$DJSHIP_DOMAIN$djship_origins"
fi
export DEBUG=0
export STATIC_ROOT="$djship_static" MEDIA_ROOT="$DJSHIP_MEDIA_ROOT"
export PORT=8000
