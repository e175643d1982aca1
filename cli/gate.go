package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"djship/report"
	"djship/rollout"
	"djship/steps/model"
)

// gatekeeper returns what asks a person between two stages. pause makes room on the terminal.
func (env Env) gatekeeper(pause func() (resume func()), screen report.Options) func(context.Context, rollout.Question) rollout.Answer {
	return func(ctx context.Context, q rollout.Question) rollout.Answer {
		tty, err := openTTY()
		if err != nil {
			return rollout.Nobody
		}
		defer tty.Close()
		defer pause()()
		tty.drop()
		return askStage(tty.within(ctx), q, func() { env.showPlan(ctx, tty, q.Plan, screen.Color) })
	}
}

// askStage says what happened and what would, and waits for an answer. show shows the plan.
func askStage(tty io.ReadWriter, q rollout.Question, show func()) rollout.Answer {
	say(tty, "\n%s is done: %s\n%s is next, %d of its hosts; what would change:\n", q.Stage, outcomes(q.Ends), q.Next, len(q.Hosts))
	for _, line := range countChanges(q.Plan) {
		say(tty, "  %s\n", line)
	}
	if worst := worstMigration(q); worst != "" {
		say(tty, "  %s\n", worst)
	}
	in := bufio.NewReader(tty)
	for {
		say(tty, "begin %s? y (yes), n (no), d (show what would change) ", q.Next)
		line, err := in.ReadString('\n')
		switch word := strings.ToLower(strings.TrimSpace(line)); {
		case isYes(word):
			return rollout.Yes
		case word == "n", word == "no":
			return rollout.No
		case word == "d", word == "diff":
			show()
		}
		if err != nil {
			if !errors.Is(err, context.Canceled) { // else earlyEnd has ended the line
				say(tty, "\n")
			}
			return rollout.No
		}
	}
}

// agreeing returns what asks a person whether a host may do what it would refuse. pause makes room on the terminal.
func (env Env) agreeing(pause func() (resume func())) func(context.Context, string, string) bool {
	return func(ctx context.Context, host, question string) bool {
		tty, err := openTTY()
		if err != nil {
			return false
		}
		tty.Close()
		defer pause()()
		yes, _, _ := env.confirm(ctx, "\n"+host+": "+question+" y (yes), n (no) ")
		return yes
	}
}

// showPlan shows a plan as a check run with --diff does: by the user's pager where there is one, else on
// the terminal.
func (env Env) showPlan(ctx context.Context, tty io.Writer, plan []rollout.Event, color bool) {
	pager := env.pager()
	var text bytes.Buffer
	view := report.New(report.Options{Out: &text, Err: &text, Color: color && pager.color(), OutColor: color && pager.color(), Diff: true})
	for _, e := range plan {
		view.Take(rollout.Record{Event: e})
	}
	_ = view.Close()
	if pager == nil || !env.page(ctx, pager, text.Bytes()) {
		_ = sayText(tty, text.String())
		say(tty, "\n")
	}
}

// worstMigration is what a person should know first of migrations: of those of the next stage's hosts where these know them already, else of those of the stage that is over, by the next one's
// tables where its hosts have told these.
func worstMigration(q rollout.Question) string {
	var next []model.Migration
	for _, e := range q.Plan {
		if m, ok := e.(rollout.Migration); ok {
			next = append(next, m.Migration)
		}
	}
	if worst := model.Worst(next); worst != "" {
		return "of its migrations: " + worst
	}
	if q.Tables != nil {
		var sized []model.Migration
		for _, m := range q.Migrations {
			sized = append(sized, m.Sized(q.Tables...))
		}
		if worst := model.Worst(sized); worst != "" {
			return "of the migrations that " + q.Stage + " had, by the tables of " + q.Next + ": " + worst
		}
	}
	if worst := model.Worst(q.Migrations); worst != "" {
		return "of the migrations, as it was in " + q.Stage + " (how it is in " + q.Next + " is told when that begins): " + worst
	}
	return ""
}
