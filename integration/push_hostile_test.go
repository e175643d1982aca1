//go:build linux

package integration

import (
	"cmp"
	"testing"
	"time"

	"djship/integration/testbed"
)

// gathers is a project whose collectstatic lays more than files of its own, by Python with the file's path as self.path(NAME).
func gathers(lay string) map[string]string {
	return map[string]string{
		"shop/storage.py": "import os\nfrom django.contrib.staticfiles.storage import StaticFilesStorage\nclass Odd(StaticFilesStorage):\n    def post_process(self, paths, dry_run=False, **options):\n        " +
			lay + "\n        return []\n",
		"config/settings.py": shop["config/settings.py"] + "STORAGES = {'staticfiles': {'BACKEND': 'shop.storage.Odd'}}\n"}
}

// A mischief is what a project, or its account, does to mislead or to hold up a push.
type mischief struct {
	what   string
	files  map[string]string // what a commit changes
	env    string            // local_env.sh in the site's home
	says   []string          // nil where the push goes through
	within time.Duration     // 0 is a minute
}

var mischiefs = []mischief{
	{what: "a pipe among static files", files: gathers("os.mkfifo(self.path('odd.css'))"), says: []string{"the static files are not taken: odd.css is a link or no file"}},
	{what: "a second name of a file", files: gathers("os.link(self.path('shop.css'), self.path('odd.css'))"), says: []string{"the static files are not taken: ", "css is a link or no file"}},
	{what: "a folder that is a link", files: gathers("os.symlink('/etc', self.path('odd'))"), says: []string{"odd is a link or no file"}},
	{what: "a file without end", files: gathers("os.truncate(os.open(self.path('odd.css'), os.O_CREAT | os.O_WRONLY), 1 << 42)"), says: []string{"odd.css has 4194304 MiB: too much"}},
	{what: "folders without end", files: gathers("os.makedirs(self.path('odd/' * 60)); open(self.path('odd/' * 60 + 'odd.css'), 'w')"), says: []string{"a name that is none"}},
	{what: "a name that speaks to terminals", files: gathers("open(self.path('odd\\x1b[2J.css'), 'w')"), says: []string{"a name that is none"}},
	{what: "an error that speaks to terminals", files: below("config/settings.py", "raise ValueError('\\x1b[2J\\x1b]0;evil\\x07\\x9b31m\\u202e')\n"), says: []string{"the settings can't be read: ValueError"}},
	{what: "a package with a program named python", files: map[string]string{"requirements.txt": "Django<5\n./evil\n", "evil/bin/python": "#!/bin/sh\ntouch /srv/root/canary\n",
		"evil/setup.py": "from setuptools import setup\nsetup(name='evil', version='1', scripts=['bin/python'])\n"}, says: []string{"the reserved name `python`"}},
	{what: "a process that stays", env: "sleep 98765 &\n", within: 40 * time.Second},
	{what: "output without end, and no end", env: "head -c 20000000 /dev/zero | tr '\\0' x\nsleep 98765\n", says: []string{"prepare_env.sh does not end"}, within: 3 * time.Minute},
}

// Whatever a project or its account does while a release is made ready: the push ends, in time and in plain words, nothing is laid or run with root's rights, and
// the site answers as before.
func TestMischief(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	on(t, h, "mkdir -m 0755 /srv/root")
	for _, m := range mischiefs {
		t.Run(m.what, func(t *testing.T) { w := *w; w.t = t; m.meet(t, h, &w, c) })
	}
	w.djship(0, push()...)
	idle(t, h, w, push()...)
}

func (m mischief) meet(t *testing.T, h *testbed.Host, w *workstation, c *checkout) {
	t.Helper()
	page, live := get(t, h, "example.com", "/").body, on(t, h, "readlink /webapps/.sites/example/current")
	if m.env != "" {
		on(t, h, as("example", "cat >local_env.sh <<'SH'\n"+m.env+"SH"))
		m.files = says(m.what)
	}
	c.commit(t, m.files)
	began := time.Now()
	o := w.run(push("-vv", "--diff")...)
	if took, most := time.Since(began), cmp.Or(m.within, time.Minute); took > most {
		t.Errorf("it took %v, want %v at most", took, most)
	}
	plain(t, o)
	plain(t, outcome{stdout: w.log("web1"), stderr: w.eventsFile()})
	if m.says == nil {
		if o.status != 0 {
			t.Error(o)
		}
		saysPage(t, h, m.what+", 0 things")
	} else {
		said(t, w, o, m.says...)
		same(t, "the page", get(t, h, "example.com", "/").body, page)
		same(t, "what is live", on(t, h, "readlink /webapps/.sites/example/current"), live)
	}
	same(t, "what root has taken or run", try(t, h, "ls -A /srv/root; find /webapps/.static /webapps/.sites/example/static \\( -name 'odd*' -o ! -type f ! -type d \\) -print; find / -xdev -user djship-$(id -u example)"), "")
	if m.env != "" {
		on(t, h, "pkill -u example -x sleep; "+as("example", "rm local_env.sh"))
	}
	must(t, c.git(t.Context(), "reset -q --hard HEAD~1"))
}
