package server

import (
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestGroup(t *testing.T) {
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: Group{"webapps"}, Want: model.Change{Told: model.Told{Verb: model.Create, Detail: "system group"}, Work: model.Work{Script: "groupadd -r webapps"}}},
		{Name: "there", Step: Group{"webapps"}, Seen: "webapps:x:998:\n"},
	})
}

func TestAccount(t *testing.T) {
	s := Account{User: "example", Group: "webapps", Home: "/webapps/example_project"}
	const entry = "example:x:997:998:djship site:/webapps/example_project:/bin/bash\n"
	const locked = "example L 2026-11-23 0 99999 7 -1\n"
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Want: model.Change{Told: model.Told{Verb: model.Create, Detail: "/webapps/example_project, no password"}, Work: model.Work{
			Script: "useradd -r -M -g webapps -d /webapps/example_project -s /bin/bash -c 'djship site' -p '!' example"}}},
		{Name: "right", Step: s, Seen: entry + "webapps\n" + locked},
		{Name: "a person's", Step: s, Seen: "example:x:1000:1000:Ex Ample:/home/example:/bin/bash\nexample\nexample P 2026-11-23 0 99999 7 -1\n",
			Want: model.Refusal("the host has an account example that is not a site's (its home is /home/example)", "choose another project name, or rename that account")},
		{Name: "wrong shell", Step: s, Seen: "example:x:997:998::/webapps/example_project:/bin/sh\nwebapps\n" + locked,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "has shell /bin/sh"}, Work: model.Work{Script: "usermod -s /bin/bash example"}}},
		{Name: "wrong group", Step: s, Seen: entry + "users\n" + locked,
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "has group users"}, Work: model.Work{Script: "usermod -g webapps example"}}},
		{Name: "a password", Step: s, Seen: entry + "webapps\nexample P 2026-11-23 0 99999 7 -1\n",
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "has a password"}, Work: model.Work{Script: "usermod -p '!' example"}}},
		{Name: "an empty password", Step: s, Seen: entry + "webapps\nexample NP 2026-11-23 0 99999 7 -1\n",
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "has a password"}, Work: model.Work{Script: "usermod -p '!' example"}}},
		{Name: "all wrong", Step: s, Seen: "example:x:997:998::/webapps/example_project:/bin/false\nusers\nexample P 2026-11-23 0 99999 7 -1\n",
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "has shell /bin/false, group users, a password"}, Work: model.Work{
				Script: "usermod -s /bin/bash example\nusermod -g webapps example\nusermod -p '!' example"}}},
		{Name: "unreadable", Step: s, Seen: "example:x\n",
			Want: model.Refusal("can't read the account example", "look at `getent passwd example` on the host")},
		{Name: "no shadow entry", Step: s, Seen: entry + "webapps\n",
			Want: model.Refusal("can't read the account example", "look at `getent passwd example` on the host")},
	})
}
