package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/rollout"
)

// TestHTML keeps the pages of some scenes, so that a change of theirs is seen in review.
func TestHTML(t *testing.T) {
	for _, s := range []*scene{staged(), checkRun()} {
		var b bytes.Buffer
		if err := HTML(&b, s.records(noon)); err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(b.String(), "<body>")
		body, _, _ = strings.Cut(body, "<script>")
		golden(t, s.name+".html", body)
	}
	if err := HTML(&bytes.Buffer{}, nil); err == nil {
		t.Error("a page of no events")
	}
}

// TestUnfinishedHTML sees that a run that goes on, or was killed, has a page at every moment.
func TestUnfinishedHTML(t *testing.T) {
	all := staged().records(noon)
	for n := 1; n < len(all); n++ {
		var b bytes.Buffer
		if err := HTML(&b, all[:n]); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "✗ unfinished") {
			t.Fatalf("after %d events the run is said to have ended", n)
		}
	}
}

func TestTicks(t *testing.T) {
	tests := map[float64]string{
		0.001: "0.0s", 0.5: "0.0s 0.1s 0.2s 0.3s 0.4s", 7: "0s 2s 4s 6s", 46: "0s 10s 20s 30s 40s", 240: "0s 1m00s 2m00s 3m00s",
		7200: "0s 30m00s 1h00m 1h30m", 1e7: "0s",
	}
	for span, want := range tests {
		var got []string
		for _, tk := range ticks(span)[:min(6, len(ticks(span)))] {
			got = append(got, tk.Text)
		}
		if s := strings.Join(got, " "); s != want && span < 1e7 {
			t.Errorf("%v s: %s, not %s", span, s, want)
		}
	}
}

// hostile is a run whose every word tries to leave its place in the page.
func hostile() *scene {
	evil := []string{`</script><script>window.evil=1</script>`, `"><img src=x onerror=window.evil=1>`, `'onmouseover='window.evil=1`,
		`javascript:window.evil=1`, `{{.Title}}`, `</pre></style><style>*{display:none}</style>`, "\u202e]]>-->"}
	all := strings.Join(evil, "\n")
	s := &scene{name: "hostile"}
	s.add(0, rollout.RunStart{Version: all, Command: all, Args: evil, Hosts: evil, Stages: evil})
	for i, e := range evil {
		s.add(float64(i), rollout.HostStart{Host: e, Stage: e, Batch: 1})
		s.add(float64(i)+1, rollout.StepEnd{Host: e, Step: e, Status: rollout.Failed, Detail: all, Diff: all, Seconds: 1})
		s.add(float64(i)+1, rollout.HostEnd{Host: e, Status: rollout.Failed, Error: all, Hint: all, Seconds: 1})
		s.add(float64(i)+1, rollout.Gate{Stage: e, Status: rollout.GateFailed, Detail: all})
	}
	s.add(9, rollout.RunEnd{Status: 1, Failed: len(evil), LogDir: all})
	return s
}

// TestBrowser opens reports in Chromium, as wide as a desk and as narrow as a phone.
func TestBrowser(t *testing.T) {
	b := startBrowser(t)
	within := func(t *testing.T, f func(t *testing.T)) func(*testing.T) {
		return func(sub *testing.T) {
			b.t = sub
			defer func() { b.t = t }()
			f(sub)
			b.calm()
		}
	}
	t.Run("fits every screen", within(t, func(t *testing.T) { fits(b) }))
	t.Run("says what a bar is", within(t, func(t *testing.T) { hovers(b) }))
	t.Run("opens a diff", within(t, func(t *testing.T) { opensDiff(b) }))
	t.Run("filters 500 hosts", within(t, func(t *testing.T) { filters(b) }))
	t.Run("takes no orders from hosts", within(t, func(t *testing.T) {
		b.load(hostile())
		b.want(`document.querySelectorAll(".host").length`, 7.0)
		b.eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
		b.point(".bar", true)
		b.want(`typeof window.evil`, "undefined")
		b.want(`document.querySelectorAll("img, [onmouseover], main script, main style").length`, 0.0)
		b.want(`document.querySelector(".host .name").textContent`, `</script><script>window.evil=1</script>`)
	}))
}

// pale finds the elements whose text is hard to read on what is behind it: with a contrast, as WCAG
// defines it, below 4.5.
const pale = `(() => {
	const light = c => { const [r, g, b] = c.match(/\d+/g).map(v => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
		return .2126 * r + .7152 * g + .0722 * b + .05 };
	const behind = e => { const c = getComputedStyle(e).backgroundColor; return c === "rgba(0, 0, 0, 0)" ? behind(e.parentElement) : c };
	return [...document.querySelectorAll("h1, dt, th, pre, pre b, a, small, .status, .time, .gate, .outcome, .diff span")].filter(e => {
		const [x, y] = [light(getComputedStyle(e).color), light(behind(e))];
		return Math.max(x, y) / Math.min(x, y) < 4.5 }).map(e => e.outerHTML).join() })()`

func fits(b *browser) {
	pictures := os.Getenv("DJSHIP_PICTURES") // a folder, to look at the pages
	for _, s := range []*scene{threeHosts(), checkRun(), staged(), badDay(), nothingToDo()} {
		b.load(s)
		b.eval(`document.querySelectorAll("details").forEach(d => d.open = true)`)
		for _, w := range []int{320, 390, 800, 1280} {
			for _, scheme := range []string{"light", "dark"} {
				b.screen(w, 900, scheme)
				if over := b.eval(`document.documentElement.scrollWidth - innerWidth`).(float64); over > 0 {
					b.t.Errorf("%s at %d: %v pixels too wide", s.name, w, over)
				}
				b.want(`getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)"`, scheme == "light")
				b.want(pale, "")
				if pictures != "" {
					b.picture(filepath.Join(pictures, fmt.Sprintf("%s.%d.%s.png", s.name, w, scheme)))
				}
			}
		}
	}
}

func hovers(b *browser) {
	for _, w := range []int{390, 1280} {
		b.screen(w, 900, "light")
		b.load(staged())
		b.want(`document.getElementById("tip").hidden`, true)
		b.point(".bar.failed", false)
		b.want(`document.getElementById("tip").textContent`,
			"prod1 · nginx site example.com\n✗ failed, 0.4s from 44s\nnginx -t failed")
		b.want(`(() => { const r = document.getElementById("tip").getBoundingClientRect();
			return r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight })()`, true)
		b.point("h1", false)
		b.want(`document.getElementById("tip").hidden`, true)
	}
}

func opensDiff(b *browser) {
	b.screen(1280, 900, "light")
	b.load(checkRun())
	b.want(`document.querySelectorAll(".change").length`, 1.0) // once, though two hosts have it
	b.want(`document.querySelector(".change").open`, false)
	b.point("#host-web2 summary", true)
	b.want(`document.getElementById("host-web2").open`, true)
	b.point("#host-web2 a", true)
	b.want(`new Promise(done => setTimeout(() => done(document.querySelector(".change").open), 50))`, true)
	b.want(`document.querySelector(".diff .add:not(.file)").textContent`, "+    client_max_body_size 20m;\n")
}

func filters(b *browser) {
	s := &scene{name: "big"}
	var hosts []string
	for i := range 500 {
		hosts = append(hosts, fmt.Sprintf("web%03d.example.com", i+1))
	}
	s.start(false, nil, hosts...)
	for i, h := range hosts {
		a := s.act(float64(i/100)*30, h, "", 1+i/100, 25)
		for k := range 20 {
			a.step(fmt.Sprintf("step number %d", k), rollout.Changed, "because of this and that", "", 0.1*float64(1+k))
		}
		if i%70 == 3 {
			a.broken()
		} else {
			a.deploy(1)
		}
	}
	s.end(300, rollout.RunEnd{Status: 1, Changed: 492, Failed: 8})
	b.load(s)
	b.t.Logf("500 hosts with 20 steps each: %v bytes, loaded in %v ms", b.eval(`performance.getEntriesByType("navigation")[0].decodedBodySize`),
		b.eval(`Math.round(performance.getEntriesByType("navigation")[0].loadEventEnd)`))
	const shown = `[...document.querySelectorAll(".host")].filter(h => !h.hidden).length`
	b.want(shown, 500.0)
	b.eval(`document.getElementById("filter").focus()`)
	b.call("Input.insertText", map[string]any{"text": "web0 failed"})
	b.want(shown, 2.0) // 004 and 074
	b.want(`document.getElementById("shown").textContent`, "2 of 500 hosts")
	b.want(`document.querySelectorAll("#failures article").length`, 1.0)
}

// picture writes what the page looks like.
func (b *browser) picture(path string) {
	b.t.Helper()
	r := b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true})
	png, err := base64.StdEncoding.DecodeString(r["data"].(string))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
