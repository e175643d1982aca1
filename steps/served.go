package steps

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strings"
	"sync"

	"djship/remote"
)

// IsOf tells whether a block is a site's: of the file that is named after its domain, or of one that
// serves its folder or asks its gunicorn.
func IsOf(b Served, project, domain string) bool {
	at := Site{Project: project}.Layout()
	return path.Base(b.File) == domain || strings.Contains(b.text, at.Home+"/") || strings.Contains(b.text, at.Socket)
}

// WhoServes asks nginx, by one exec, which of its server blocks answers for a name at an address and
// port of the host.
func WhoServes(ctx context.Context, s Session, name string, addr netip.AddrPort) (Served, error) {
	mark := newMark()
	text, err := askHost(ctx, s, mark, remote.Script{First: "mark=" + mark, Body: nginxBody()})
	if err != nil {
		return Served{}, err
	}
	_, said, _ := strings.Cut(string(text), "\n"+mark+" nginx\n")
	said = strings.TrimSuffix(said, "\n"+mark+" end\n")
	if why := refusedBy(said, "[emerg]"); why != "" {
		return Served{}, fmt.Errorf("nginx refuses its configuration: %s", why)
	}
	return whoServes(said, name, addr)
}

var nginxBody = sync.OnceValue(func() *remote.Body { return tethered("m nginx\n" + askNginx + "\nm end") })

var errNoBlock = errors.New("nginx has no server block for it")

// whoServes reads what nginx -T has printed as nginx reads it.
func whoServes(text, name string, addr netip.AddrPort) (Served, error) {
	files, main := nginxFiles(text)
	found := choose(serversOf(nginxRead(files, main, path.Dir(main), 0)), name, addr)
	if found == nil {
		return Served{}, errNoBlock
	}
	found.text = files[found.File]
	return found.Served, nil
}
