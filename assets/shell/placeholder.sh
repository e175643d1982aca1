# Run by the site's account: PROJECT HOME URLS VIEWS. The project is built aside and renamed into
# place, so that it is there whole or not at all.
cd "$2"
new=.$1.djship-new
rm -rf "$new"
mkdir "$new"
bin/django-admin startproject "$1" "$new"
cd "$new/$1"
mkdir settings
mv settings.py settings/base.py
: >settings/__init__.py
sed -i -e "s/'$1\.settings'/'$1.settings.production'/" -e "s/\"$1\.settings\"/\"$1.settings.production\"/" ../manage.py ./[aw]sgi.py
# One folder deeper than startproject thinks; and the secret key comes from the environment.
sed -i -e 's/\.parent\.parent$/.parent.parent.parent/' \
	-e 's/^BASE_DIR = os\.path\.dirname(\(.*\))$/BASE_DIR = os.path.dirname(os.path.dirname(\1))/' \
	-e '/^SECRET_KEY/d' -e '/keep the secret key/d' settings/base.py
printf '%s' "$3" >urls.py
printf '%s' "$4" >views.py
cd ../..
rmdir "$1" 2>/dev/null || :
mv -T "$new" "$1"
