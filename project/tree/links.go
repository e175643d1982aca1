package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"
)

// mostLinks is how many links Linux follows in one name.
const mostLinks = 40

// longestLink is the longest target that Linux has for a link, in bytes.
const longestLink = 4095

// checkLinks refuses links that lead out of the tree, be it by way of other links.
func (t *Tree) checkLinks(ctx context.Context, entries []entry) error {
	var ids []string
	var links []entry
	for _, e := range entries {
		if e.mode != symlink {
			continue
		}
		if e.size > longestLink || e.size == 0 {
			return &Error{Path: e.path, Reason: "is a symlink to a name that no server can have", Advice: "remove it"}
		}
		links, ids = append(links, e), append(ids, e.id)
	}
	if len(links) == 0 {
		return nil
	}
	targets, err := t.git.contents(ctx, ids)
	if err != nil {
		return err
	}
	all := map[string]string{}
	for i, e := range links {
		all[e.path] = string(targets[i])
	}
	for _, e := range links {
		if leadsOut(all, e.path) {
			return &Error{Path: e.path, Reason: "is a symlink that leads out of what is pushed, to " + show(all[e.path]),
				Advice: "make it a file, or let it lead to one within; what is one for all releases is named by shared"}
		}
	}
	return nil
}

// leadsOut follows a link as a kernel does. One that leads round in circles leads nowhere.
func leadsOut(links map[string]string, name string) bool {
	at := path.Dir(name)
	if at == "." {
		at = ""
	}
	todo := strings.Split(links[name], "/")
	if strings.HasPrefix(links[name], "/") {
		return true
	}
	for followed := 1; len(todo) > 0; {
		part := todo[0]
		todo = todo[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if at == "" {
				return true
			}
			at = strings.TrimPrefix(path.Dir("/"+at), "/")
			continue
		}
		next := path.Join(at, part)
		to, is := links[next]
		if !is {
			at = next
			continue
		}
		if followed++; followed > mostLinks {
			return false
		}
		if strings.HasPrefix(to, "/") {
			return true
		}
		todo = append(strings.Split(to, "/"), todo...)
	}
	return false
}

// contents returns what is in small blobs.
func (g *git) contents(ctx context.Context, ids []string) ([][]byte, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	out, err := g.run(g.own(ctx, "", "", "cat-file", "--batch"), lines(ids))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	all := make([][]byte, len(ids))
	for i := range ids {
		head, rest, _ := bytes.Cut(out, []byte("\n"))
		words := strings.Fields(string(head))
		if len(words) != 3 {
			return nil, fmt.Errorf("git cat-file: %s", line(string(head), 100))
		}
		size, err := strconv.Atoi(words[2])
		if err != nil || size < 0 || size >= len(rest) {
			return nil, errors.New("git cat-file ended early")
		}
		all[i], out = rest[:size], rest[size+1:]
	}
	return all, nil
}
