package remotetest

import (
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// session serves one session channel: a command or SFTP.
func (s *Server) session(open ssh.NewChannel) {
	ch, requests, err := open.Accept()
	if err != nil {
		return
	}
	defer ch.Close()
	var env []string
	for r := range requests {
		var payload struct {
			Text string
			Rest []byte `ssh:"rest"`
		}
		_ = ssh.Unmarshal(r.Payload, &payload)
		switch {
		case r.Type == "env":
			var set struct{ Name, Value string }
			err := ssh.Unmarshal(r.Payload, &set)
			if s.opts.Variable != nil {
				set.Value = s.opts.Variable(set.Value)
			}
			if set.Value != "" {
				env = append(env, set.Name+"="+set.Value)
			}
			_ = r.Reply(err == nil && set.Value != "", nil)
		case r.Type == "exec" && !s.opts.NoExec:
			s.mu.Lock()
			s.counts.Execs++
			s.commands = append(s.commands, payload.Text)
			s.mu.Unlock()
			_ = r.Reply(true, nil)
			go ssh.DiscardRequests(requests)
			s.exec(ch, payload.Text, env)
			return
		case r.Type == "subsystem" && payload.Text == "sftp" && !s.opts.NoSFTP:
			s.count(func(c *Counts) { c.SFTPs++ })
			_ = r.Reply(true, nil)
			go ssh.DiscardRequests(requests)
			if server, err := sftp.NewServer(ch); err == nil {
				_ = server.Serve()
			}
			return
		default:
			_ = r.Reply(false, nil)
		}
	}
}

// exec runs a command as sshd does: by the login shell, in a process group of its own, which
// outlives the channel.
func (s *Server) exec(ch ssh.Channel, command string, env []string) {
	shell := s.opts.Shell
	if shell == "" {
		shell = "/bin/sh"
	}
	cmd := exec.Command(shell, "-c", command)
	cmd.Env = slices.Concat(os.Environ(), s.opts.Env, env)
	cmd.Dir = s.dir
	newGroup(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	// Pipes of our own: with writers, Wait would wait for every child that holds the output open.
	stdout, outEnd := pipe(ch)
	cmd.Stdout = outEnd
	stderr, errEnd := pipe(ch.Stderr())
	cmd.Stderr = errEnd
	if err := cmd.Start(); err != nil {
		return
	}
	_ = outEnd.Close()
	_ = errEnd.Close()
	s.mu.Lock()
	s.groups[cmd.Process.Pid] = true
	if s.closed {
		killGroup(cmd.Process.Pid)
	}
	s.mu.Unlock()
	go func() {
		_, _ = io.Copy(stdin, ch)
		_ = stdin.Close()
	}()
	stdout()
	stderr()
	err = cmd.Wait()
	s.mu.Lock()
	delete(s.groups, cmd.Process.Pid)
	s.mu.Unlock()
	s.tellEnd(ch, err)
}

// pipe copies what a command writes into its end to w; wait waits for the last of it.
func pipe(w io.Writer) (wait func(), end *os.File) {
	r, end, err := os.Pipe()
	if err != nil {
		return func() {}, nil
	}
	var done sync.WaitGroup
	done.Go(func() {
		_, _ = io.Copy(w, r)
		_ = r.Close()
	})
	return done.Wait, end
}

// tellEnd tells the client how a command ended.
func (s *Server) tellEnd(ch ssh.Channel, err error) {
	status := struct{ Status uint32 }{}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if signal := signalOf(exit); signal != "" {
			_, _ = ch.SendRequest("exit-signal", false, ssh.Marshal(struct {
				Signal     string
				CoreDumped bool
				Text, Lang string
			}{Signal: signal}))
			return
		}
		status.Status = uint32(exit.ExitCode())
	}
	_, _ = ch.SendRequest("exit-status", false, ssh.Marshal(status))
}

// forward serves one forwarded connection.
func (s *Server) forward(open ssh.NewChannel) {
	var to struct {
		Host   string
		Port   uint32
		Origin string
		From   uint32
	}
	if err := ssh.Unmarshal(open.ExtraData(), &to); err != nil {
		_ = open.Reject(ssh.ConnectionFailed, "bad request")
		return
	}
	if s.opts.NoForward {
		_ = open.Reject(ssh.Prohibited, "administratively prohibited")
		return
	}
	addr := net.JoinHostPort(to.Host, strconv.Itoa(int(to.Port)))
	if real, ok := s.opts.Forwards[addr]; ok {
		addr = real
	}
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		_ = open.Reject(ssh.ConnectionFailed, "Connection refused")
		return
	}
	defer nc.Close()
	ch, requests, err := open.Accept()
	if err != nil {
		return
	}
	s.count(func(c *Counts) { c.Forwards++ })
	defer ch.Close()
	go ssh.DiscardRequests(requests)
	go func() {
		_, _ = io.Copy(nc, ch)
		_ = nc.Close()
	}()
	_, _ = io.Copy(ch, nc)
}
