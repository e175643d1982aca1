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
	const link, bind = "/webapps/.sockets/example.sock", "perl -MSocket -e 'socket S, PF_UNIX, SOCK_STREAM, 0; bind S, pack_sockaddr_un(shift) or die $!' "
	const socket = "/webapps/.sockets/example-0.sock"
	program := site3().Program(server.Options{})
	ours := program.Content(modeltest.Debian12)
	theirs := strings.Replace(ours, socket, link, 1)
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(prelude("mkdir -p /webapps/.sockets; rm -f " + socket + "; " + bind + socket + "; " + bind + "/webapps/.sockets/other.sock; ln -s example-0.sock " + link))
		const led, opens = "link example-0.sock\nslot 0 \nsocket 0\n", "opens " + socket + "\nthere\n"
		for _, c := range []struct{ name, does, program, says string }{
			{"as supervisord makes it", "chown nobody:www-data " + socket + "; chmod 660 " + socket, ours, led + opens + "as socket|nobody:www-data|660\ncode\n"},
			{"closed", "chmod 0 " + socket, ours, led + opens + "as socket|nobody:www-data|0\ncode\n"},
			{"of root's", "chown root:root " + socket, ours, led + opens + "as socket|root:root|0\ncode\n"},
			{"as an edited program has it", ":", strings.Replace(ours, "socket_mode=0660", "socket_mode=0000", 1), led + opens + "code\n"},
			{"as an edited program's owner has it", ":", strings.Replace(ours, ":www-data", ":root", 1), led + opens + "code\n"},
			{"there is no program", "rm " + program.Path, ours, strings.Replace(led, "slot 0 \n", "", 1) + opens + "code\n"},
			{"a program opens what nginx asks, which is led elsewhere", ":", theirs, led + "opens " + link + "\nthere\ncode\n"},
			{"a link", "ln -sfn other.sock " + socket, ours, led + opens + "code\n"},
			{"gone", "rm " + socket, ours, strings.Replace(led, "socket 0\n", "", 1) + "opens " + socket + "\ncode\n"},
			{"nothing leads to it", "rm " + link, ours, "slot 0 \nopens " + socket + "\ncode\n"},
			{"a release has a slot", "echo 'environment=DJSHIP_RELEASE=\"20261126-101500-1a2b3c4\",A=\"1\"' >/etc/supervisor/example-b.conf; mkdir -p /webapps/.sites/example; ln -sfn releases/20261126-101500-1a2b3c4 /webapps/.sites/example/current; ln -s example-b.sock " + link,
				ours, "link example-b.sock\nslot 0 \nslot b 20261126-101500-1a2b3c4\ncurrent 20261126-101500-1a2b3c4\nopens " + socket + "\ncode\n"},
		} {
			s.Write(program.Path, c.program, 0o644)
			if out := s.Run(prelude(c.does + "\nm asked\n" + string(site3().Gunicorn().Probe()) + "\n:")); !strings.HasSuffix(out, "\nMARK asked\n"+c.says) {
				t.Errorf("%s: %q, want its end %q", c.name, out, c.says)
			}
		}
	})
}
