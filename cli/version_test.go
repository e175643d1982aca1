package cli

import (
	"runtime/debug"
	"testing"
)

func TestBuiltFrom(t *testing.T) {
	set := func(pairs ...string) (all []debug.BuildSetting) {
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "dev"},
		{&debug.BuildInfo{}, "dev"},
		{&debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, "v1.2.3"},
		{&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: set("vcs.revision", "0123456789abcdef0123", "vcs.modified", "false")}, "dev-0123456789ab"},
		{&debug.BuildInfo{Settings: set("vcs", "git", "vcs.modified", "true", "vcs.revision", "0123")}, "dev-0123-dirty"},
	} {
		if got := builtFrom(c.info); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
