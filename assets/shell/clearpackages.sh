# Takes away what a run that was cut off has left of packages in $environment, of the account $site: pip would take it
# for the whole. $due is the file that says since when the step is due.
if [ -e "$due" ]; then
	as "$site" find "$environment/lib/" -maxdepth 3 -path '*/site-packages/*.dist-info' -newermt "@$(date -r "$due" +%s)" \
		-exec sh -c '[ -e "$1/INSTALLER" ] || rm -rf -- "$1"' sh {} \; -prune
fi
