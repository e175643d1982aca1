package django

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestRecord(t *testing.T) {
	s := Record{site3()}
	const path = "/var/lib/djship/sites/example"
	put := model.Change{Told: model.Told{Verb: model.Create, Detail: path}, Work: model.Work{Before: "mkdir -p /var/lib/djship/sites",
		Files: []model.File{{Path: path, Content: "domain example.com\npython 3\n", Mode: "0600"}}}}
	loose := put
	loose.Verb, loose.Detail = model.Update, "mode 644, should be 0600"
	back := put
	back.Verb, back.Detail = model.Update, "its removal, which was cut off, is taken back: what is gone is made anew"
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Seen: "absent\n", Want: put},
		{Name: "right", Step: s, Seen: "regular file|root:root|600\ndomain example.com\npython 3\n"},
		{Name: "on its way out", Step: s, Seen: "regular file|root:root|600\ndomain example.com\npython 3\nremoving yes\n", Want: back},
		{Name: "emptied", Step: s, Seen: "regular empty file|root:root|600\n", Want: put},
		{Name: "for all to read", Step: s, Seen: "regular file|root:root|644\ndomain example.com\npython 3\n", Want: loose},
		{Name: "another domain", Step: s, Seen: "regular file|root:root|600\ndomain old.example.org\npython 3\n", Want: model.Refusal("project example is there already, as old.example.org", "`djship deploy example example.com --move-domain` has it answer as example.com: old.example.org then leads there (301), "+
			"and its code, database and secrets stay; a site of its own for example.com needs another project")},
		{Name: "another Python", Step: Record{site2()}, Seen: "regular file|root:root|600\ndomain example.com\npython 3\n", Want: model.Refusal("project example is there already, with Python 3", "`djship deploy example example.com 3` is it; choose another project name for a site with Python 2")},
	})
}

func TestDomainFree(t *testing.T) {
	s := DomainFree{site3()}
	refused := func(name, file string) model.Change {
		return model.Refusal(name+" is served by another site of this host already ("+file+")", "choose another domain – by djship_domain, where the inventory gives it, which is for all projects of the host – or take it out of that file on the host")
	}
	long := DomainFree{Site{Project: "example", Domain: strings.Repeat("a", 39) + ".com", Python: 3}}
	more := s
	more.Site.TLS = TLS{Mode: TLSOff, Aliases: "example.net " + strings.Repeat("b", 50) + ".net"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "nobody's", Step: s},
		{Name: "another name taken", Step: more, Seen: "/etc/nginx/sites-enabled/shop:shop.org example.net\n", Want: refused("example.net", "/etc/nginx/sites-enabled/shop")},
		{Name: "another long name taken", Step: more, Seen: "/etc/nginx/sites-enabled/shop:~^" + strings.Repeat("b", 50) + "\\.net$\n", Want: refused(strings.Repeat("b", 50)+".net", "/etc/nginx/sites-enabled/shop")},
		{Name: "others' only", Step: s, Seen: "/etc/nginx/sites-enabled/default:_\n/etc/nginx/sites-enabled/shop:shop.example.com www.shop.example.com\n"},
		{Name: "taken", Step: s, Seen: "/etc/nginx/sites-enabled/shop:shop.example.org example.com\n", Want: refused("example.com", "/etc/nginx/sites-enabled/shop")},
		{Name: "taken by one on record", Step: s, Facts: model.Facts{Sites: map[string]model.Site{"a": {Domain: "shop.com"}, "shop": {Domain: "shop.org"}}}, Seen: "/etc/nginx/sites-enabled/shop.org:shop.org example.com\n", Want: refused("example.com", "the project shop: /etc/nginx/sites-enabled/shop.org")},
		{Name: "www taken", Step: s, Seen: "/etc/nginx/conf.d/old.conf:www.example.com\n", Want: refused("www.example.com", "/etc/nginx/conf.d/old.conf")},
		{Name: "a long name taken", Step: long, Seen: "/etc/nginx/sites-enabled/old:~^(www\\.)?" + strings.ReplaceAll(long.Site.Domain, ".", "\\.") + "$\n", Want: refused(long.Site.Domain, "/etc/nginx/sites-enabled/old")},
		{Name: "quoted, in capitals", Step: s, Seen: "/etc/nginx/conf.d/old.conf:\"Example.COM\"\n", Want: refused("example.com", "/etc/nginx/conf.d/old.conf")},
	})
}
