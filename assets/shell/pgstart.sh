# Starts the PostgreSQL cluster that sites use, where its unit has not, and waits for its socket.
pg_cluster=
pg_find
[ "$pg_cluster" ] || { echo 'PostgreSQL has no cluster on this host'; exit 1; }
[ "$pg_state" != down ] || pg_ctlcluster "${pg_cluster%/*}" "${pg_cluster#*/}" start || [ $? = 2 ] || {
	explain "postgresql@${pg_cluster%/*}-${pg_cluster#*/}"
	tail -n 5 "/var/log/postgresql/postgresql-${pg_cluster%/*}-${pg_cluster#*/}.log" || :
	exit 1
}
hold [ -S "/run/postgresql/.s.PGSQL.$pg_port" ]
