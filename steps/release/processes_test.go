package release

import (
	"strings"
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestProcesses(t *testing.T) {
	r := aPush()
	r.Processes = []Process{{Name: "beat", Command: "celery -A shop beat", Count: 1, Single: true}, {Name: "worker", Command: "it's", Count: 2}, {Name: "other", Command: "x"}, {Name: "queue", Command: "python manage.py run_huey", Count: 1}}
	s, none := Processes{r}, Processes{aPush()}
	want := s.Content()
	for _, words := range []string{
		"; processes beat-1 worker-1 worker-2 queue-1\n; single beat-1\n; release " + anID + "\n",
		"[group:@GROUP@]\nprograms=@GROUP@-beat,@GROUP@-worker,@GROUP@-queue\n",
		"[program:@GROUP@-worker]\nprocess_name=worker-%(process_num)d\nnumprocs=2\nnumprocs_start=1\ncommand=/bin/bash /webapps/.sites/example/about/" + anID + ".run.worker\n",
		"stopwaitsecs=60\n", "stopwaitsecs=600\n", "startretries=10\nstopwaitsecs=600\n", "startretries=10\nstopsignal=INT\nstopwaitsecs=600\n", "stopasgroup=false\n", "user=example\n",
	} {
		if !strings.Contains(want, words) {
			t.Errorf("the note has no %q:\n%s", words, want)
		}
	}
	if strings.Contains(want, "other") || strings.Contains(want, "it's") {
		t.Errorf("the note has a process of which there is none, or a command, which supervisord reads as it likes:\n%s", want)
	}
	more := s
	more.Release.Processes = []Process{{Name: "worker", Command: "it's", Count: 3}}
	starts := []string{`source /webapps/example_project/prepare_env.sh || exit`, `/about/` + anID + `.run.worker`, `exec >>/webapps/example_project/logs/worker.log 2>&1 </dev/null`}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none", Step: none},
		{Name: "noted", Step: s, Seen: want},
		{Name: "new", Step: s, Has: starts, Want: told(model.Create, "beat=1 worker=2 queue=1")},
		{Name: "another number", Step: more, Seen: want, Has: []string{"numprocs=3"}, Want: told(model.Create, "worker=3")},
		{Name: "none any more", Step: none, Seen: want, Has: []string{"rm -f -- /webapps/.sites/example/about/" + anID + ".programs"}, Want: told(model.Update, "none")},
	})
}
