# Waits until supervisord answers and its sites are up. A site that can't be is not this step's matter.
hold [ -S /run/supervisord.sock ] || {
	explain supervisord
	echo 'supervisord does not come up'
	exit 1
}
hold sites_up || :
