package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A browser is a headless Chromium with one page, told what to do by the DevTools protocol over a
// pipe. What goes wrong in the page is kept in troubles, what it asks the network for in requests.
type browser struct {
	t        *testing.T
	in       io.Writer
	out      *bufio.Reader
	session  string
	last     int
	loaded   bool
	troubles []string
	requests []string
}

// startBrowser starts Debian's Chromium, or skips the test where there is none.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	exe, err := exec.LookPath("chromium")
	if err != nil {
		const text = "no chromium (apt-get install chromium): the HTML report is not tried in a browser"
		if os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1" {
			t.Fatal(text)
		}
		t.Skip(text)
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	cmd := exec.Command(exe, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe", "--user-data-dir="+home, "about:blank")
	cmd.Env = append(os.Environ(), "HOME="+home)
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &browser{t: t, in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		b.session = ""
		b.call("Browser.close", nil)
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error("chromium:", err)
		}
		out.Close()
	})
	b.open()
	return b
}

// open makes the page and asks to be told what happens in it.
func (b *browser) open() {
	target := b.call("Target.createTarget", map[string]any{"url": "about:blank"})
	attached := b.call("Target.attachToTarget", map[string]any{"targetId": target["targetId"], "flatten": true})
	b.session = attached["sessionId"].(string)
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil)
	}
}

// call sends a command and returns its result.
func (b *browser) call(method string, params any) map[string]any {
	b.t.Helper()
	b.last++
	msg := map[string]any{"id": b.last, "method": method}
	if params != nil {
		msg["params"] = params
	}
	if b.session != "" {
		msg["sessionId"] = b.session
	}
	text, err := json.Marshal(msg)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	for {
		m := b.read()
		if m.ID != b.last {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %v", method, m.Error)
		}
		return m.Result
	}
}

type browserMessage struct {
	ID     int
	Method string
	Params map[string]any
	Result map[string]any
	Error  map[string]any
}

// read takes the next message, and keeps what it tells of the page.
func (b *browser) read() (m browserMessage) {
	b.t.Helper()
	text, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatal("chromium has gone: ", err)
	}
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	switch m.Method {
	case "Page.loadEventFired":
		b.loaded = true
	case "Runtime.exceptionThrown", "Log.entryAdded":
		b.troubles = append(b.troubles, fmt.Sprint(m.Params))
	case "Network.requestWillBeSent":
		b.requests = append(b.requests, m.Params["request"].(map[string]any)["url"].(string))
	}
	return m
}

// load opens a scene's report as a file, and fails the test on any trouble or network request.
func (b *browser) load(s *scene) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "report.html")
	f, err := os.Create(path)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := HTML(f, s.records(noon)); err != nil {
		b.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.t.Fatal(err)
	}
	b.loaded, b.troubles, b.requests = false, nil, nil
	b.call("Page.navigate", map[string]any{"url": "file://" + path})
	for !b.loaded {
		b.read()
	}
	if len(b.requests) != 1 || !strings.HasPrefix(b.requests[0], "file://") {
		b.t.Errorf("the page asks for %q", b.requests)
	}
	b.calm()
}

// calm fails the test if the page has complained.
func (b *browser) calm() {
	b.t.Helper()
	if b.troubles != nil {
		b.t.Errorf("the page complains: %s", b.troubles)
	}
	b.troubles = nil
}

// screen sets the size of the window and the colour scheme, "light" or "dark".
func (b *browser) screen(width, height int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}})
}

// eval returns the value of a JavaScript expression.
func (b *browser) eval(js string) any {
	b.t.Helper()
	r := b.call("Runtime.evaluate", map[string]any{"expression": js, "returnByValue": true, "awaitPromise": true})
	if e, ok := r["exceptionDetails"]; ok {
		b.t.Fatalf("%s: %v", js, e)
	}
	return r["result"].(map[string]any)["value"]
}

// want fails the test if a JavaScript expression has another value.
func (b *browser) want(js string, want any) {
	b.t.Helper()
	if got := b.eval(js); got != want {
		b.t.Errorf("%s is %#v, not %#v", js, got, want)
	}
}

// point moves the mouse to the middle of the first element that a selector finds, and may click.
func (b *browser) point(selector string, click bool) {
	b.t.Helper()
	// What was scrolled to is under the mouse only when it has been drawn there, two frames on.
	at := b.eval(fmt.Sprintf(`new Promise(done => { const e = document.querySelector(%q); e.scrollIntoView({block: "center"});
		const drawn = () => { const r = e.getBoundingClientRect(); done([r.x + r.width / 2, r.y + r.height / 2]) };
		requestAnimationFrame(() => requestAnimationFrame(drawn)) })`, selector)).([]any)
	types := []string{"mouseMoved"}
	if click {
		types = append(types, "mousePressed", "mouseReleased")
	}
	for _, kind := range types {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": 1})
	}
}
