//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"

	"golang.org/x/crypto/ssh"
)

// serveShells serves COUNT hosts with the host key in a file: each takes any key and runs what it is asked to on this machine, as a real host would on its own. It prints a line when it
// listens, and serves until it is killed.
func serveShells(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: bench shells COUNT HOSTKEY")
	}
	count, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	key, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		return err
	}
	config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}
	config.AddHostKey(key)
	for i := range count {
		l, err := net.Listen("tcp", net.JoinHostPort(crowdAddr(i), strconv.Itoa(crowdPort)))
		if err != nil {
			return err
		}
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go shells(c, config)
			}
		}()
	}
	fmt.Println("listening")
	select {}
}

// shells serves a connection.
func shells(c net.Conn, config *ssh.ServerConfig) {
	conn, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		c.Close()
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for open := range channels {
		if open.ChannelType() != "session" {
			open.Reject(ssh.UnknownChannelType, "no such thing here")
			continue
		}
		if channel, requests, err := open.Accept(); err == nil {
			go runShell(channel, requests)
		}
	}
}

// runShell runs the one command that a session asks for.
func runShell(channel ssh.Channel, requests <-chan *ssh.Request) {
	defer channel.Close()
	for r := range requests {
		var asked struct{ Command string }
		run := r.Type == "exec" && ssh.Unmarshal(r.Payload, &asked) == nil
		if r.WantReply {
			r.Reply(run || r.Type == "env" || r.Type == "pty-req", nil) // which Ansible's raw asks for, and has no need of here
		}
		if !run {
			continue
		}
		go ssh.DiscardRequests(requests)
		cmd := exec.Command("/bin/sh", "-c", asked.Command)
		cmd.Dir, cmd.Env = "/", []string{"HOME=/root", "USER=root", "LOGNAME=root", "SHELL=/bin/sh", "PATH=/usr/local/bin:/usr/bin:/bin"}
		cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
		in, err := cmd.StdinPipe()
		if err != nil {
			return
		}
		if err := cmd.Start(); err != nil {
			return
		}
		go func() { io.Copy(in, channel); in.Close() }()
		cmd.Wait()
		channel.CloseWrite()
		channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{uint32(cmd.ProcessState.ExitCode())}))
		return
	}
}
