# Takes away what a run that was cut off has left of packages in $environment, of the account $site: pip would take it
# for the whole. $due are the names of the marks that say since when the step is due, in $state/due.
for mark in $due; do
	[ ! -e "$state/due/$mark" ] || as "$site" find "$environment/lib/" -maxdepth 3 -path '*/site-packages/*.dist-info' -newermt "@$(date -r "$state/due/$mark" +%s)" \
		-exec sh -c '[ -e "$1/INSTALLER" ] || rm -rf -- "$1"' sh {} \; -prune
done
