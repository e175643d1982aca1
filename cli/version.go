package cli

import "runtime/debug"

func versionCommand() *command {
	return &command{
		name: "version", brief: "print the version",
		examples: []string{"djship version"},
		run:      func(env Env, _ input) error { return say(env.Stdout, "djship %s\n", Version) },
	}
}

// Version is the program's version: of a release its build sets it, else it is the commit that was built.
var Version string

func init() {
	if Version == "" {
		info, _ := debug.ReadBuildInfo()
		Version = builtFrom(info)
	}
}

// builtFrom tells a build by the module's version or the commit that Go has noted in it.
func builtFrom(info *debug.BuildInfo) string {
	if info == nil {
		return "dev"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = "-" + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "-dirty"
		}
	}
	return "dev" + commit + changed
}
