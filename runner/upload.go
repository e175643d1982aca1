package runner

import (
	"context"
	"errors"
	"fmt"

	"djship/remote"
	"djship/steps/model"
)

// uploadBundle uploads the bundle, and has the guard take it and begin.
func (a *application) uploadBundle(bundle []byte) error {
	ctx, cancel := context.WithTimeoutCause(a.ctx, uploadLimit, errLate)
	defer cancel()
	if err := a.session.Upload(ctx, uploads(a.job.Run), []remote.Upload{{Name: "bundle", Content: bundle}}); err != nil {
		if errors.Is(err, errLate) {
			return a.stepError(fmt.Sprintf("the upload of %d KiB took longer than %v", len(bundle)>>10, uploadLimit), "look at the connection to the host, then run the same command again")
		}
		return err
	}
	a.say(goLine(bundle))
	return nil
}

// goLine has the guard take the bundle and begin.
func goLine(bundle []byte) string {
	return fmt.Sprintf("go %d %s", len(bundle), model.Sum(string(bundle)))
}
