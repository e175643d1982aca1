package steps

import (
	"slices"
	"strings"
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/server"
)

// The probe of what supervisord.conf sets finds it in djship's own file.
func TestSupervisionKnowsItsOwn(t *testing.T) {
	var own server.ManagedFile
	for _, s := range Prereq(3, server.Options{}) {
		if f, ok := s.(server.ManagedFile); ok && f.Path == model.SupervisordConf {
			own = f
		}
	}
	for _, line := range server.SupervisionLines {
		if !slices.ContainsFunc(strings.Split(own.Content(model.Facts{}), "\n"), func(l string) bool { return strings.HasPrefix(l, line) }) {
			t.Errorf("%s is not in %s", line, own.Path)
		}
	}
}

// What ping would not tell and a run would refuse is found too late.
func TestPingTellsAllThatPrereqRefuses(t *testing.T) {
	var survey []string
	for _, s := range Survey(time.Now()) {
		survey = append(survey, s.Name())
	}
	for _, s := range Prereq(3, server.Options{}) {
		if !slices.Contains(survey, s.Name()) {
			t.Errorf("ping does not look at %q", s.Name())
		}
	}
	for _, s := range list(0, requirements(site3())) {
		if !slices.Contains(survey, s.Name()) {
			t.Errorf("ping does not look at %q", s.Name())
		}
	}
}
