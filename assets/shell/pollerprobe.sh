# Prints the sums of what is in the environment $tools, of the Python that the system has now, for supervisord's poller.
now=$(readlink /usr/bin/python3)
for file in djship_poller.py djship_poller.pth; do
	[ ! -f "$tools/lib/$now/site-packages/$file" ] || sha256sum <"$tools/lib/$now/site-packages/$file"
done
