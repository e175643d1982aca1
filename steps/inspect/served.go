package inspect

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path"
	"strings"
	"sync"

	"djship/remote"
	"djship/runner"
	"djship/steps/django"
	"djship/steps/server"
)

// IsOf tells whether a block is a site's: of the file that is named after its domain, or of one that
// serves its folder or asks its gunicorn.
func IsOf(b server.ServerBlock, project, domain string) bool {
	at := django.Site{Project: project}.Layout()
	return path.Base(b.File) == domain || strings.Contains(b.Text, at.Home+"/") || strings.Contains(b.Text, at.Socket)
}

// WhoServes asks nginx, by one exec, which of its server blocks answers for a name at an address and
// port of the host.
func WhoServes(ctx context.Context, s runner.Session, name string, addr netip.AddrPort) (server.ServerBlock, error) {
	said, err := runner.Ask(ctx, s, "", nginxBody())
	if err != nil {
		return server.ServerBlock{}, err
	}
	if why := server.RefusedBy(said, "[emerg]"); why != "" {
		return server.ServerBlock{}, fmt.Errorf("nginx refuses its configuration: %s", why)
	}
	return whoServes(said, name, addr)
}

var nginxBody = sync.OnceValue(func() *remote.Body { return runner.Tethered(server.AskNginx() + "ask_nginx\nm end") })

var errNoBlock = errors.New("nginx has no server block for it")

// whoServes reads what nginx -T has printed as nginx reads it.
func whoServes(text, name string, addr netip.AddrPort) (server.ServerBlock, error) {
	files, main := server.NginxFiles(text)
	found := server.ChooseServer(server.NginxServers(server.ReadNginx(files, main, path.Dir(main), 0)), name, addr)
	if found == nil {
		return server.ServerBlock{}, errNoBlock
	}
	found.Text = files[found.File]
	return found.ServerBlock, nil
}
