package steps

import (
	"strings"
	"testing"
)

func TestGroup(t *testing.T) {
	runPlans(t, []planCase{
		{name: "absent", step: Group{"webapps"}, want: Change{Verb: Create, Detail: "system group", Script: "groupadd -r webapps"}},
		{name: "there", step: Group{"webapps"}, seen: "webapps:x:998:\n"},
	})
}

func TestAccount(t *testing.T) {
	s := Account{User: "example", Group: "webapps", Home: "/webapps/example_project"}
	const entry = "example:x:997:998:djship site:/webapps/example_project:/bin/bash\n"
	const locked = "example L 2026-11-23 0 99999 7 -1\n"
	runPlans(t, []planCase{
		{name: "absent", step: s, want: Change{Verb: Create, Detail: "/webapps/example_project, no password",
			Script: "useradd -r -M -g webapps -d /webapps/example_project -s /bin/bash -c 'djship site' -p '!' example"}},
		{name: "right", step: s, seen: entry + "webapps\n" + locked},
		{name: "a person's", step: s, seen: "example:x:1000:1000:Ex Ample:/home/example:/bin/bash\nexample\nexample P 2026-11-23 0 99999 7 -1\n",
			want: Change{Verb: Refuse, Detail: "the host has an account example that is not a site's (its home is /home/example)",
				Hint: "choose another project name, or rename that account"}},
		{name: "wrong shell", step: s, seen: "example:x:997:998::/webapps/example_project:/bin/sh\nwebapps\n" + locked,
			want: Change{Verb: Update, Detail: "has shell /bin/sh", Script: "usermod -s /bin/bash example"}},
		{name: "wrong group", step: s, seen: entry + "users\n" + locked,
			want: Change{Verb: Update, Detail: "has group users", Script: "usermod -g webapps example"}},
		{name: "a password", step: s, seen: entry + "webapps\nexample P 2026-11-23 0 99999 7 -1\n",
			want: Change{Verb: Update, Detail: "has a password", Script: "usermod -p '!' example"}},
		{name: "an empty password", step: s, seen: entry + "webapps\nexample NP 2026-11-23 0 99999 7 -1\n",
			want: Change{Verb: Update, Detail: "has a password", Script: "usermod -p '!' example"}},
		{name: "all wrong", step: s, seen: "example:x:997:998::/webapps/example_project:/bin/false\nusers\nexample P 2026-11-23 0 99999 7 -1\n",
			want: Change{Verb: Update, Detail: "has shell /bin/false, group users, a password",
				Script: "usermod -s /bin/bash example\nusermod -g webapps example\nusermod -p '!' example"}},
		{name: "unreadable", step: s, seen: "example:x\n",
			want: Change{Verb: Refuse, Detail: "can't read the account example", Hint: "look at `getent passwd example` on the host"}},
		{name: "no shadow entry", step: s, seen: entry + "webapps\n",
			want: Change{Verb: Refuse, Detail: "can't read the account example", Hint: "look at `getent passwd example` on the host"}},
	})
}

func TestRecord(t *testing.T) {
	s := Record{site3()}
	const path = "/var/lib/djship/sites/example"
	put := Change{Verb: Create, Detail: path, Before: "mkdir -p /var/lib/djship/sites",
		Files: []File{{Path: path, Content: "domain example.com\npython 3\n", Mode: "0600"}}}
	loose := put
	loose.Verb, loose.Detail = Update, "mode 644, should be 0600"
	runPlans(t, []planCase{
		{name: "absent", step: s, seen: "absent\n", want: put},
		{name: "right", step: s, seen: "regular file|root:root|600\ndomain example.com\npython 3\n"},
		{name: "emptied", step: s, seen: "regular empty file|root:root|600\n", want: put},
		{name: "for all to read", step: s, seen: "regular file|root:root|644\ndomain example.com\npython 3\n", want: loose},
		{name: "another domain", step: s, seen: "regular file|root:root|600\ndomain old.example.org\npython 3\n", want: Change{Verb: Refuse,
			Detail: "project example is there already, as old.example.org",
			Hint: "to move it to example.com, run on the host: sudo rm -f /etc/nginx/sites-enabled/old.example.org /etc/nginx/sites-available/old.example.org; " +
				"sudo sed -i 's/^domain .*/domain example.com/' " + path + " - and then the same command again; its code, database and secrets stay"}},
		{name: "another Python", step: Record{site2()}, seen: "regular file|root:root|600\ndomain example.com\npython 3\n", want: Change{Verb: Refuse,
			Detail: "project example is there already, with Python 3",
			Hint:   "`djship deploy example example.com 3` is it; choose another project name for a site with Python 2"}},
	})
}

func TestDomainFree(t *testing.T) {
	s := DomainFree{site3()}
	refused := func(name, file string) Change {
		return Change{Verb: Refuse, Detail: name + " is served by another site of this host already (" + file + ")",
			Hint: "choose another domain – by djship_domain, where the inventory gives it, which is for all projects of the host – or take it out of that file on the host"}
	}
	long := DomainFree{Site{Project: "example", Domain: strings.Repeat("a", 39) + ".com", Python: 3}}
	runPlans(t, []planCase{
		{name: "nobody's", step: s},
		{name: "others' only", step: s, seen: "/etc/nginx/sites-enabled/default:_\n/etc/nginx/sites-enabled/shop:shop.example.com www.shop.example.com\n"},
		{name: "taken", step: s, seen: "/etc/nginx/sites-enabled/shop:shop.example.org example.com\n", want: refused("example.com", "/etc/nginx/sites-enabled/shop")},
		{name: "www taken", step: s, seen: "/etc/nginx/conf.d/old.conf:www.example.com\n", want: refused("www.example.com", "/etc/nginx/conf.d/old.conf")},
		{name: "a long name taken", step: long, seen: "/etc/nginx/sites-enabled/old:~^(www\\.)?" + strings.ReplaceAll(long.Site.Domain, ".", "\\.") + "$\n", want: refused(long.Site.Domain, "/etc/nginx/sites-enabled/old")},
		{name: "quoted, in capitals", step: s, seen: "/etc/nginx/conf.d/old.conf:\"Example.COM\"\n", want: refused("example.com", "/etc/nginx/conf.d/old.conf")},
	})
}
