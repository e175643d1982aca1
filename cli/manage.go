package cli

func manageCommand() *command {
	return &command{
		name: "manage", args: "PROJECT ARGS...", brief: "run manage.py as a site, in its environment",
		more:     "Flags of djship's stand before manage.py's own command; what follows that is\nmanage.py's.\n" + runMore,
		examples: []string{"djship manage example -l web1 createsuperuser", "djship manage example -l web1 shell", "djship manage -l web1 -- dbshell"},
		flags:    runFlags, accepts: accessFlags, rest: 2,
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readRunOptions, run),
	}
}
