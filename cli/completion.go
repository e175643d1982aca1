package cli

func completionCommand() *command {
	return &command{
		name: "completion", args: "bash|zsh|fish", brief: "print a shell's completion script",
		more: "  bash: source <(djship completion bash)      in ~/.bashrc\n" +
			"  zsh:  source <(djship completion zsh)       in ~/.zshrc, after compinit\n" +
			"  fish: djship completion fish | source       in ~/.config/fish/config.fish",
		examples: []string{"djship completion bash"},
		offers:   offerFirst(func(completing) []string { return []string{"bash", "zsh", "fish"} }),
		run:      parseThenRun(readCompletionOptions, printCompletion),
	}
}

// completionOptions are what `djship completion` is asked for.
type completionOptions struct{ shell string }

func readCompletionOptions(in input) (completionOptions, error) {
	o := completionOptions{in.arg(0)}
	if completionScripts[o.shell] == "" {
		return o, &usageError{"a shell is needed", "djship completion bash|zsh|fish"}
	}
	return o, nil
}

// printCompletion prints what has a shell complete djship's lines.
func printCompletion(env Env, o completionOptions) error {
	return sayText(env.Stdout, completionScripts[o.shell])
}

// The shells' scripts hand the words typed so far to `djship __complete`, which prints what could
// stand in the last one's place, one a line. Where it prints nothing, shells offer files. TAB is
// pressed anywhere and decides nothing: files that lie there are read, none is run, and of their
// names only those are offered that no shell can take for anything but a word.
var completionScripts = map[string]string{
	"bash": `_djship() {
	local word
	COMPREPLY=()
	while IFS= read -r word; do
		COMPREPLY+=("$word")
	done < <(djship __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _djship djship
`,
	"zsh": `#compdef djship
_djship() {
	local -a found
	found=("${(@f)$(djship __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ -n "$found" ]]; then compadd -- "${found[@]}"; else _files; fi
}
compdef _djship djship
`,
	"fish": `function __djship_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l found (djship __complete -- $words[2..-1] 2>/dev/null)
	if test -n "$found"
		printf '%s\n' $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c djship -f -a '(__djship_complete)'
`,
}
