package steps

import (
	"strings"
	"testing"

	"djship/runner/scratch"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// A socket's owner and mode are seen where supervisord gives it those that djship writes, and no link is followed.
func TestGunicornSocketIsLookedAt(t *testing.T) {
	const socket, bind = "/webapps/.sockets/example.sock", "perl -MSocket -e 'socket S, PF_UNIX, SOCK_STREAM, 0; bind S, pack_sockaddr_un(shift) or die $!' "
	program := site3().Program(server.Options{})
	ours := program.Content(modeltest.Debian12)
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(prelude("mkdir -p /webapps/.sockets; rm -f " + socket + "; " + bind + socket + "; " + bind + "/webapps/.sockets/other.sock"))
		for _, c := range []struct{ name, does, program, says string }{
			{"as supervisord makes it", "chown nobody:www-data " + socket + "; chmod 660 " + socket, ours, "socket\nas socket|nobody:www-data|660\ncode\n"},
			{"closed", "chmod 0 " + socket, ours, "socket\nas socket|nobody:www-data|0\ncode\n"},
			{"of root's", "chown root:root " + socket, ours, "socket\nas socket|root:root|0\ncode\n"},
			{"as an edited program has it", ":", strings.Replace(ours, "socket_mode=0660", "socket_mode=0000", 1), "socket\ncode\n"},
			{"as an edited program's owner has it", ":", strings.Replace(ours, ":www-data", ":root", 1), "socket\ncode\n"},
			{"there is no program", "rm " + program.Path, ours, "socket\ncode\n"},
			{"a link", "ln -sfn other.sock " + socket, ours, "socket\ncode\n"},
			{"gone", "rm " + socket, ours, "code\n"},
		} {
			s.Write(program.Path, c.program, 0o644)
			if out := s.Run(prelude(c.does + "\nm asked\n" + string(site3().Gunicorn().Probe()) + "\n:")); !strings.HasSuffix(out, "\nMARK asked\n"+c.says) {
				t.Errorf("%s: %q, want its end %q", c.name, out, c.says)
			}
		}
	})
}
