# What the texts by which a site or a host is taken apart share. Each has parts: found_PART only looks, and prints "there WHAT" of what djship has made and "left WHAT" of what it has not, "stands WHY" where the
# part can't go; gone_PART takes away what is there, and goes on where it was cut off.

# there PATH... prints those that there are; any PATH... tells whether there is one.
there() { for path; do if [ -e "$path" ] || [ -L "$path" ]; then echo "there $path"; fi; done; }
any() { [ "$(there "$@")" ]; }

# reload_running has nginx, where it runs, do without what is gone.
reload_running() { ! unit nginx | grep -qx -e ActiveState=active -e active || service nginx reload; }
