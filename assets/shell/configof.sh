# Prints what is set for the site $project by `djship config`: "site" where djship has made it, "value NAME HEX" for each name, "change TIME RUN WHO NAMES..." for the last changes, the newest last;
# and with $lacks what its account prints by $ask, each line behind a colon. It needs configfile.sh before it.
config=/webapps/.sites/$project/config
if [ -f "$state/sites/$project" ]; then
	echo site
	config_file values "$config/env" | sed 's/^/value /'
	[ ! -f "$config/history" ] || tail -n 50 "$config/history" | sed 's/^/change /'
	[ ! "$lacks" ] || read_as "$project" "$ask"
fi
m end
