package server

import (
	"regexp"
	"testing"

	"djship/assets"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestUV(t *testing.T) {
	const right = "uv\n/opt/djship/lib/python3.11/site-packages/uv-0.13.9.dist-info\n"
	install := model.Change{Told: model.Told{Verb: model.Install, Detail: "by pip"}, Schedule: model.Schedule{Redo: true, Limit: PackageLimit}}
	has := []string{" --require-hashes --only-binary :all: ", "\ninstall_uv /opt/djship <<'PINS'\n", "\nuv=="}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: UV{}, Want: install, Has: has},
		{Name: "right", Step: UV{}, Seen: right},
		{Name: "another version, whole", Step: UV{}, Seen: "uv\n/opt/djship/lib/python3.11/site-packages/uv-1.0.0.dist-info\n"},
		{Name: "cut off", Step: UV{}, Seen: right, Due: true, Want: install, Has: has},
		{Name: "gone", Step: UV{}, Seen: "/opt/djship/lib/python3.11/site-packages/uv-0.13.9.dist-info\n", Want: install, Has: has},
		{Name: "another Python since", Step: UV{}, Seen: "uv\n", Want: install, Has: has},
	})
	if text := assets.Text("pins/uv.txt"); !regexp.MustCompile(`(?m)^uv==[\d.]+( --hash=sha256:[0-9a-f]{64}){3}$`).MatchString(text) {
		t.Errorf("no pin for three kinds of processors:\n%s", text)
	}
}
