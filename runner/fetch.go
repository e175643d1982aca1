package runner

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"djship/assets"
	"djship/remote"
	"djship/steps/model"
)

// fetchLimit is how long a host may take to make a file and to send it.
const fetchLimit = 20 * time.Minute

// Fetch has a host make a file, by a text that writes it to "$packed", and streams it to w. It returns the file's SHA-256 and
// size, which it has on the host and what has arrived has, too. Nothing of it stays there.
func Fetch(ctx context.Context, s Session, text model.Script, w io.Writer) (sum string, size int64, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, fetchLimit, errLate)
	defer cancel()
	mark := NewMark()
	p, err := s.Exec(ctx, remote.Script{First: fmt.Sprintf("mark=%s sign=%s", mark, mark+"s"),
		Body: Tethered("make() (\nset -e\n" + string(text) + "\n)\n" + assets.Text("shell/fetch.sh"))})
	if err != nil {
		return "", 0, err
	}
	stop := beat(p.Stdin)
	defer func() {
		stop()
		_ = p.Stdin.Close()
		cancel()
		_ = p.Wait()
	}()
	sum, size, err = receive(bufio.NewReader(p.Stdout), mark, w)
	switch {
	case ctx.Err() != nil:
		return "", 0, context.Cause(ctx)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "", 0, &remote.LostError{Err: io.ErrUnexpectedEOF}
	}
	return sum, size, err
}

// receive reads what the making prints, the line "MARK file SIZE SUM", and the file.
func receive(from *bufio.Reader, mark string, w io.Writer) (string, int64, error) {
	var said []string
	for {
		line, err := from.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return "", 0, err
		}
		rest, is := strings.CutPrefix(string(line), mark+" ")
		if !is {
			if text := strings.TrimSpace(string(line)); text != "" {
				said = append(said, text)
				said = said[max(0, len(said)-tailLines):]
			}
			continue
		}
		words := strings.Fields(rest)
		if len(words) != 3 || words[0] != "file" {
			return "", 0, &StepError{Step: "fetch", Reason: "the host could not make the file", Tail: said, Advice: "mend what the output names" + model.Again}
		}
		size, err := strconv.ParseInt(words[1], 10, 64)
		if err != nil || size < 0 {
			return "", 0, ErrGarbled
		}
		hash := sha256.New()
		if _, err := io.CopyN(io.MultiWriter(w, hash), from, size); err != nil {
			return "", 0, err
		}
		if hex.EncodeToString(hash.Sum(nil)) != words[2] {
			return "", 0, ErrGarbled
		}
		return words[2], size, nil
	}
}
