package inspect

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/runner/scratch"
)

// Requests are counted that visitors have made within five minutes, also where the log was rotated meanwhile; of a log of which only the end
// is read it is told how far that goes back.
func TestTraffic(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		now := time.Now().Unix()
		at := func(ago int64, rest string) string { return fmt.Sprintf("%d.%03d %s\n", now-ago, ago%1000, rest) }
		const log = "/var/log/nginx/shop.org.timing.log"
		says := func(what, want string) {
			t.Helper()
			if got := strings.TrimSpace(s.Run(prelude(assets.Code("shell/use.sh") + "traffic_of shop.org"))); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		says("no log", "")
		s.Write(log, at(400, "200 0.1")+at(200, "200 0.1")+at(190, "502 0.1")+at(180, "503 0.1 shop.org")+"garbage 500 1\n1 2\n"+at(3, "404 0.0"), 0o640)
		says("some", "traffic 3 1 300")
		s.Write(log+".1", at(290, "500 0.1")+at(280, "200 0.1"), 0o640)
		says("rotated", "traffic 5 2 300")
		s.Run("touch -d '20 minutes ago' " + log + ".1")
		says("rotated long ago", "traffic 3 1 300")
		s.Write(log, strings.Repeat(at(20, "200 0.1"), 60000), 0o640)
		if got := readTraffic(strings.TrimPrefix(strings.TrimSpace(s.Run(prelude(assets.Code("shell/use.sh")+"traffic_of shop.org"))), "traffic ")); got == nil || got.Requests < 30000 || got.Requests > 60000 || got.Seconds < 15 || got.Seconds > 60 {
			t.Errorf("much: %+v", got)
		}
		s.Write("/webapps/.sites/shop/x", strings.Repeat("x", 200<<10), 0o644)
		s.Run("sync /webapps/.sites/shop/x")
		var kb int
		if _, err := fmt.Sscanf(s.Run(prelude(assets.Code("shell/use.sh")+"disk_of shop other")), "disk shop %d\n", &kb); err != nil || kb < 200 || kb > 400 {
			t.Errorf("disk: %d %v", kb, err)
		}
	})
}

// What a site uses is told of that site, in whatever order the host does.
func TestUseOfASite(t *testing.T) {
	sites := parseSites("memory shop 1000\nmemory other 5\ndisk shop 70\nsite other\nsite shop\ntraffic 10 2 300\n:memory shop 9\n:traffic 1 1 1\nmemory shop\nmemory shop -1\n").Sites
	if len(sites) != 2 || sites[0].MemoryKB != 5 || sites[0].Traffic != nil || sites[1].MemoryKB != 1000 || sites[1].DiskKB != 70 || *sites[1].Traffic != (Traffic{10, 2, 300}) {
		t.Errorf("%+v", sites)
	}
}
