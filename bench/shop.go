//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"djship/integration/testbed"
)

// shop is a Django project with what `startproject` gives it, in git, and one page that tells its release.
type shop struct {
	dir string
	n   int // of the release
}

// shopWorkers are the workers of gunicorn on each host, by either way: three hosts share this machine's processors.
const shopWorkers = "2"

// shopFiles are those of the project that stay. It runs as a release, and put by hand in the placeholder's place.
var shopFiles = map[string]string{
	"manage.py":        project["manage.py"],
	"requirements.txt": project["requirements.txt"],
	"djship.toml":      "[env]\nWEB_CONCURRENCY = \"" + shopWorkers + "\"\n",
	"shop/__init__.py": "",
	"shop/wsgi.py":     project["shop/wsgi.py"],
	"shop/settings.py": `import os
SECRET_KEY = os.environ['SECRET_KEY']
DEBUG = False
ALLOWED_HOSTS = os.environ.get('ALLOWED_HOSTS', 'example.com').split(',')
ROOT_URLCONF = 'shop.urls'
WSGI_APPLICATION = 'shop.wsgi.application'
INSTALLED_APPS = ['django.contrib.' + app for app in ('admin', 'auth', 'contenttypes', 'sessions', 'messages', 'staticfiles')]
MIDDLEWARE = ['django.middleware.security.SecurityMiddleware', 'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.common.CommonMiddleware', 'django.middleware.csrf.CsrfViewMiddleware', 'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware', 'django.middleware.clickjacking.XFrameOptionsMiddleware']
TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True, 'OPTIONS': {'context_processors': [
    'django.template.context_processors.request', 'django.contrib.auth.context_processors.auth', 'django.contrib.messages.context_processors.messages']}}]
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': 'example', 'USER': 'example', 'PASSWORD': os.environ['DB_PASSWORD'],
    'HOST': 'localhost', 'PORT': os.environ.get('DB_PORT', '')}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
STATIC_URL = '/static/'
STATIC_ROOT = os.environ.get('STATIC_ROOT')
`,
	"shop/urls.py": "from django.contrib import admin\nfrom django.urls import path\nfrom .views import first\n\nurlpatterns = [path('', first), path('admin/', admin.site.urls)]\n",
}

// newShop puts the project into a folder, in its first release.
func newShop(ctx context.Context, dir string) (*shop, error) {
	s := &shop{dir: dir}
	if err := writeFiles(dir, shopFiles); err != nil {
		return nil, err
	}
	return s, s.change(ctx)
}

// change changes one line, and commits that.
func (s *shop) change(ctx context.Context) error {
	s.n++
	text := fmt.Sprintf("from django.http import HttpResponse\n\ndef first(request):\n    return HttpResponse(%q)\n", s.says())
	if err := os.WriteFile(filepath.Join(s.dir, "shop/views.py"), []byte(text), 0o644); err != nil {
		return err
	}
	return commitAll(ctx, s.dir)
}

// says is the text of its first page.
func (s *shop) says() string { return fmt.Sprintf("release %d", s.n) }

// pushed starts a host on which the project is live by a push.
func (b *bench) pushed(ctx context.Context, s *shop) (target, error) {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return t, err
	}
	got, err := b.push(s, t).measure(ctx)
	progress("first push (not counted)", got)
	return t, err
}

// push is a push of the project to hosts.
func (b *bench) push(s *shop, to ...target) side {
	d := b.djshipOn(to[0], "push", "example", "--dir", s.dir, "--hold", "0")
	for _, t := range to[1:] {
		d.args = append(d.args, "-i", filepath.Join(t.dir, "hosts.ini"))
	}
	return d
}

// byHand starts a host on which the project was put by hand, in the placeholder's place.
func (b *bench) byHand(ctx context.Context, s *shop) (target, error) {
	from, err := b.state(b.ways()[0])
	if err != nil {
		return target{}, err
	}
	t, err := b.startFrom(ctx, &testbed.State{Name: "benchhand", Key: from.Key, From: from, Make: func(ctx context.Context, h *testbed.Host) error {
		_, err := h.Run(ctx, "apt-get -qq update && apt-get -qq -y --no-install-recommends install rsync && apt-get clean")
		return err
	}})
	if err != nil {
		return t, err
	}
	const own = "/webapps/example_project/local_env.sh"
	if _, err = t.Run(ctx, "echo 'export DJANGO_SETTINGS_MODULE=shop.settings WSGI_APPLICATION=shop.wsgi WEB_CONCURRENCY="+shopWorkers+"' >"+own+" && chown example:webapps "+own); err == nil {
		_, err = b.hand(s, t).measure(ctx)
	}
	return t, err
}

// hand is what people type in the place of a push, on all hosts at once: the code is copied over, and what runs it is restarted.
func (b *bench) hand(s *shop, to ...target) side {
	var script strings.Builder
	for _, t := range to {
		login := t.SSH("deploy")
		at := login[len(login)-1]
		ssh := "ssh " + strings.Join(login[:len(login)-1], " ")
		fmt.Fprintf(&script, "(rsync -az --delete --exclude=.git -e '%s' --rsync-path='sudo rsync' %s/ %s:/webapps/example_project/example/ && %s %s sudo supervisorctl restart example) &\n",
			ssh, s.dir, at, ssh, at)
	}
	return side{name: "rsync and restart by hand", args: []string{"sh", "-c", script.String() + "wait"}}
}
