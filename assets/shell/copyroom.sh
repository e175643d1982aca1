# What a copy of the database $site with its data needs of the disk.
# shellcheck disable=SC2154,SC2034

# reserve are bytes that it leaves to the live database, whatever happens.
reserve=1073741824

# room prints how many bytes are free where PostgreSQL has its data.
room() { df --output=avail -B1 -- "$(echo "select 'folder', pg_catalog.current_setting('data_directory'::pg_catalog.text);" | sql | sed -n 's/^folder|//p')" | tail -n 1 | tr -d ' '; }

# copyroom prints "size BYTES" of the database and "free BYTES" of the disk, where the host has it.
copyroom() {
	size=$(echo "select 'size', pg_catalog.pg_database_size(oid) from pg_catalog.pg_database where datname = '$site'::pg_catalog.name;" | sql | sed -n 's/^size|//p')
	[ ! "$size" ] || { echo "size $size" && echo "free $(room)"; }
}
