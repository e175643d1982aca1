//go:build linux

// Command demo boots three throw-away hosts, Debian 11, 12 and 13, runs djship on them for real,
// fetches the site, says what to try, and removes the hosts when it ends, however it ends.
//
//	go run ./integration/demo ./djship
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"djship/integration/testbed"

	"golang.org/x/sync/errgroup"
	"golang.org/x/term"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := demo(ctx, os.Args[1:])
	if err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func demo(ctx context.Context, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("usage: go run ./integration/demo PATH-OF-DJSHIP")
	}
	djship, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	if err := testbed.Ready(); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "djship-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	fmt.Println("booting Debian 11, 12 and 13; the first time, each is installed, which takes a minute")
	hosts, err := boot(ctx, 11, 12, 13)
	defer func() {
		fmt.Println("\nremoving the hosts")
		for _, h := range hosts {
			if h != nil {
				err = errors.Join(err, h.Remove())
			}
		}
	}()
	if err != nil {
		return err
	}
	var inventory strings.Builder
	for _, h := range hosts {
		fmt.Fprintf(&inventory, "%s ansible_host=%s ansible_user=root ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s'\n",
			h.Name(), h.Addr(), h.Key(), h.KnownHosts())
	}
	file := filepath.Join(work, "hosts.ini")
	if err := os.WriteFile(file, []byte(inventory.String()), 0o600); err != nil {
		return err
	}
	for _, command := range []string{"ping", "prereq", "deploy example example.com", "deploy example example.com", "status"} {
		if err := run(ctx, djship, file, command); err != nil {
			return err
		}
	}
	for _, h := range hosts {
		if err := fetch(ctx, h); err != nil {
			return err
		}
	}
	if !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil
	}
	fmt.Printf("\nThe hosts stay until you press Enter. Try in another terminal:\n"+
		"  export DJSHIP_INVENTORY=%s\n"+
		"  %[2]s deploy shop shop.example.org                 # a second site\n"+
		"  %[2]s deploy --check --diff example example.com    # what would change\n"+
		"  %[2]s log %[3]s\n", file, djship, hosts[0].Name())
	return waitForEnter(ctx)
}

// waiting says every ten seconds how long it has taken, until the returned function is called.
func waiting() (over func()) {
	began, done := time.Now(), make(chan struct{})
	go func() {
		for tick := time.Tick(10 * time.Second); ; {
			select {
			case <-done:
				return
			case <-tick:
				fmt.Printf("  still at it after %.0f s\n", time.Since(began).Seconds())
			}
		}
	}()
	return func() { close(done) }
}

// boot starts a host of each release at once. What has started is returned in any case.
func boot(ctx context.Context, suites ...int) ([]*testbed.Host, error) {
	defer waiting()()
	hosts := make([]*testbed.Host, len(suites))
	var all errgroup.Group
	for i, suite := range suites {
		all.Go(func() (err error) {
			hosts[i], err = testbed.Start(ctx, testbed.Spec{Suite: suite, Name: fmt.Sprintf("debian%d", suite)})
			return err
		})
	}
	return hosts, all.Wait()
}

func run(ctx context.Context, djship, inventory, command string) error {
	fmt.Printf("\n$ djship -i hosts.ini %s\n", command)
	cmd := exec.CommandContext(ctx, djship, append([]string{"-i", inventory}, strings.Fields(command)...)...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd.Run()
}

// fetch asks a host for the site as a visitor does.
func fetch(ctx context.Context, h *testbed.Host) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+h.Addr()+"/", nil)
	if err != nil {
		return err
	}
	request.Host = "example.com"
	began := time.Now()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	fmt.Printf("\n$ curl -H 'Host: example.com' http://%s/\n%s in %.2f s\n", h.Addr(), response.Status, time.Since(began).Seconds())
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", h.Name(), response.Status)
	}
	return nil
}

func waitForEnter(ctx context.Context) error {
	pressed := make(chan struct{})
	go func() {
		_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
		close(pressed)
	}()
	select {
	case <-ctx.Done():
	case <-pressed:
	}
	return nil
}
