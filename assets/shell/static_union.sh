# What nginx serves of a site's releases: $served has the files of each folder in $root/static, as hard links. Root's alone.

# join_static ID keep|replace adds the files of a release. What is there under a name already stays with keep; with replace each
# is put in the place of the other in one rename: names with a hash in them are the same in all releases that have them.
join_static() { python3 -I -c "$static_union" "$root/static" "$served" join "$@"; }

# tidy_static takes away what none of the releases has that are left in $root/static.
tidy_static() { python3 -I -c "$static_union" "$root/static" "$served" tidy; }

static_union=$(cat <<'PY'
import grp, os, shutil, sys
gathered, served, do = sys.argv[1:4]
os.umask(0o022)

def files(top):
    for folder, _, names in os.walk(top):
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), top)

def lay(source, path):
    new = os.path.join(os.path.dirname(path), '.djship-new')
    if os.path.lexists(new):
        os.unlink(new)
    try:
        os.link(source, new)
    except OSError:  # another disk, or too many links
        try:
            shutil.copy2(source, new)
        except OSError as e:
            if os.path.lexists(new):
                os.unlink(new)
            sys.exit('a static file can not be put where nginx serves it: %s' % e.strerror)
    os.rename(new, path)

def room(path, replace):
    """Makes the folders above a path, and the path free for a file; false where other releases have it otherwise."""
    above = os.path.dirname(path)
    while not os.path.isdir(above):
        if os.path.lexists(above):
            if not replace:
                return False
            os.unlink(above)
        elif os.path.isdir(os.path.dirname(above)):
            break
        above = os.path.dirname(above)
    os.makedirs(os.path.dirname(path), 0o755, exist_ok=True)
    if os.path.isdir(path):
        if replace:
            shutil.rmtree(path)
        return replace
    return True

def join(release, replace):
    top = os.path.join(gathered, release)
    for name in files(top):
        source, path = os.path.join(top, name), os.path.join(served, name)
        if os.path.isfile(path) and (not replace or os.path.samefile(source, path)):
            continue
        if room(path, replace):
            lay(source, path)

def tidy():
    releases = sorted((os.path.join(gathered, r) for r in os.listdir(gathered) if not r.startswith('.')), reverse=True)
    for folder, folders, names in os.walk(served, topdown=False):
        for name in names:
            path = os.path.join(folder, name)
            if os.stat(path, follow_symlinks=False).st_nlink > 1:
                continue  # a release has it
            at = os.path.relpath(path, served)
            others = [o for o in (os.path.join(r, at) for r in releases) if os.path.isfile(o)]
            if others:
                if os.stat(others[0]).st_dev == os.stat(served).st_dev:
                    lay(others[0], path)
            else:
                os.unlink(path)
        if folder != served and not os.listdir(folder):
            os.rmdir(folder)

if not os.path.isdir(served):
    os.mkdir(served, 0o700)
    os.chown(served, 0, grp.getgrnam('www-data').gr_gid)
    os.chmod(served, 0o750)
if do == 'join':
    release, how = sys.argv[4:6]
    if os.path.isdir(os.path.join(gathered, release)):
        join(release, how == 'replace')
elif os.path.isdir(gathered):
    tidy()
PY
)
