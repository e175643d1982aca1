package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"djship/remote"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// blobPlan is a plan of one change that wants a blob of six bytes.
func blobPlan() model.Plan {
	step := modeltest.Scripted{Called: "one", Plans: func(o model.Observed) model.Change {
		if o.Text == "made\n" {
			return model.Change{}
		}
		return model.Change{Told: model.Told{Verb: model.Create, Detail: "it lacks"}, Work: model.Work{Script: "make", Blobs: []model.Blob{blobOf([]byte("sixsix"))}}}
	}}
	return model.NewPlan([]model.Step{step}, model.Facts{Last: "before"}, make([]model.Observed, 1))
}

// What a host may say of blobs, and what not.
func TestBlobSignals(t *testing.T) {
	t.Parallel()
	sum := model.Sum("sixsix")
	for says, want := range map[string]string{
		"blobs 0":                                "",
		"blobs 5":                                "",
		"blobs 6":                                "",
		"blobs kept":                             "",
		"blobs 0,wrong " + sum:                   "",
		"blobs 7":                                "incomplete",
		"blobs -1":                               "incomplete",
		"blobs x":                                "incomplete",
		"blobs ":                                 "incomplete",
		"blobs 1 1":                              "incomplete",
		"blobs 0,blobs 0":                        "incomplete",
		"wrong " + sum:                           "incomplete",
		"blobs 0,wrong " + sum + "x":             "incomplete",
		"blobs 0,wrong ":                         "incomplete",
		"blobs 0,wrong " + sum + " " + sum:       "twice",
		"blobs 0,unkept":                         "could not keep",
		"unkept":                                 "could not keep",
		"blobs 0,wrong " + sum + ",wrong " + sum: "twice",
	} {
		t.Run(says, func(t *testing.T) {
			var got told
			h := &fakeHost{script: func(h *fakeHost) {
				h.says("ready before")
				if !h.waits("blobs " + sum + " 6") {
					return
				}
				for signal := range strings.SplitSeq(says, ",") {
					h.says(signal)
					h.waits("take")
				}
				h.says("begin 0", "probe 0", ".made", "done 0", "over 0")
			}}
			err := Apply(t.Context(), h, blobPlan(), job(&got))
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("error is %v, want %q", err, want)
			}
		})
	}
}

// How an upload of blobs ends where it does not end well.
func TestBlobsCannotBeSent(t *testing.T) {
	t.Parallel()
	stuck := &remote.LostError{Err: fmt.Errorf("%w: nothing moved for 1m0s", remote.ErrUploadStuck)}
	for _, c := range []struct {
		err            error
		reason, advice string
	}{
		{stuck, "stands still: nothing has moved for a minute", "connection"},
		{&remote.SourceError{Err: os.ErrNotExist}, "can't read what is to be uploaded: file does not exist", "can be read"},
		{&remote.UploadError{Path: "/x", Err: errors.New("Failure")}, "can't upload /x: Failure", "df -h"},
	} {
		h := &fakeHost{broken: c.err, script: func(h *fakeHost) { h.says("ready before", "blobs 0"); h.waits("take") }}
		var got told
		err := Apply(t.Context(), h, blobPlan(), job(&got))
		hasFailed(t, err, c.reason, c.advice)
	}
	lost := &remote.LostError{Err: io.EOF}
	h := &fakeHost{broken: lost, script: func(h *fakeHost) { h.says("ready before", "blobs 0"); h.waits("take") }}
	var got told
	if err := Apply(t.Context(), h, blobPlan(), job(&got)); !errors.Is(err, lost) {
		t.Errorf("error is %v", err)
	}
}

// A slowHost takes a byte in seven minutes.
type slowHost struct{ *fakeHost }

func (h slowHost) Upload(ctx context.Context, _ string, files []remote.Upload) error {
	for sent := int64(1); sent <= files[0].Size; sent++ {
		select {
		case <-time.After(7 * time.Minute):
			files[0].Sent(sent)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// An upload that moves goes on beyond all limits of steps, tells how far it is, and ends where the run is to stop.
func TestSlowBlobs(t *testing.T) {
	t.Parallel()
	for _, stopped := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := &fakeHost{script: func(h *fakeHost) {
				h.says("ready before")
				h.says("blobs 0")
				if h.waits("take") {
					h.says("begin 0", "probe 0", ".made", "done 0", "over 0")
				}
			}}
			var got told
			j := job(&got)
			stop := make(chan struct{})
			j.Stop = stop
			if stopped {
				time.AfterFunc(15*time.Minute, func() { close(stop) })
			}
			err := Apply(t.Context(), slowHost{h}, blobPlan(), j)
			want := "uploading, sending 0 of 6, sending 1 of 6, sending 2 of 6"
			if !stopped {
				want += ", sending 3 of 6, sending 4 of 6, sending 5 of 6, sending 6 of 6, began 0, ended 0"
			}
			if stopped != errors.Is(err, ErrStopped) || !stopped && err != nil || strings.Join(got.all, ", ") != want {
				t.Errorf("%v, told %q", err, got.all)
			}
		})
	}
}
