//go:build linux

package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"

	"golang.org/x/crypto/ssh"
)

// A crowdServer is many hosts: it takes any key, answers each exec with a recorded answer to a probe, and each
// forwarded connection with a page.
type crowdServer struct {
	config *ssh.ServerConfig
	answer []byte
}

// serveCrowd serves COUNT hosts, with the host key and the answer in two files. It prints a line when it listens, and
// serves until it is killed.
func serveCrowd(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: bench crowd COUNT HOSTKEY ANSWER")
	}
	count, err := strconv.Atoi(args[0])
	pem, err2 := os.ReadFile(args[1])
	answer, err3 := os.ReadFile(args[2])
	if err := errors.Join(err, err2, err3); err != nil {
		return err
	}
	key, err := ssh.ParsePrivateKey(pem)
	if err != nil {
		return err
	}
	s := &crowdServer{answer: answer, config: &ssh.ServerConfig{
		PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) { return nil, nil }}}
	s.config.AddHostKey(key)
	for i := range count {
		l, err := net.Listen("tcp", net.JoinHostPort(crowdAddr(i), strconv.Itoa(crowdPort)))
		if err != nil {
			return err
		}
		go s.listen(l)
	}
	fmt.Println("listening")
	select {}
}

func (s *crowdServer) listen(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench crowd:", err)
			return
		}
		go s.serve(c)
	}
}

func (s *crowdServer) serve(c net.Conn) {
	conn, channels, requests, err := ssh.NewServerConn(c, s.config)
	if err != nil {
		c.Close()
		return
	}
	defer conn.Close()
	go ssh.DiscardRequests(requests)
	for open := range channels {
		switch open.ChannelType() {
		case "session":
			go s.session(open)
		case "direct-tcpip":
			go page(open)
		default:
			open.Reject(ssh.UnknownChannelType, "no such thing here")
		}
	}
}

// session answers one exec.
func (s *crowdServer) session(open ssh.NewChannel) {
	channel, requests, err := open.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	for r := range requests {
		if r.Type != "exec" {
			r.Reply(false, nil)
			continue
		}
		r.Reply(true, nil)
		var exec struct{ Command string }
		out, err := []byte(nil), ssh.Unmarshal(r.Payload, &exec)
		if err == nil {
			out, err = s.reply(exec.Command)
		}
		if err != nil {
			fmt.Fprintln(channel.Stderr(), err)
			channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{127}))
			return
		}
		channel.Write(out)
		channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{0}))
		return
	}
}

var (
	shellMark = regexp.MustCompile(`^echo ([\w-]+);`)
	packed    = regexp.MustCompile(`echo ([A-Za-z0-9+/=]+)\|base64 -d\|gzip -dc\)"' sh (\w+)$`)
	begunMark = regexp.MustCompile(`^printf '([\w-]+)%s\\n' "\$1"`)
	probeMark = regexp.MustCompile(`\nmark=(\w+)\n`)
)

// reply is what a host prints for the command of a probe: the words by which shell and script say that they have
// begun, and the recorded answer with this run's mark.
func (s *crowdServer) reply(command string) ([]byte, error) {
	shell, text := shellMark.FindStringSubmatch(command), packed.FindStringSubmatch(command)
	if shell == nil || text == nil {
		return nil, errors.New("the command is not a script of djship's")
	}
	zipped, err := base64.StdEncoding.DecodeString(text[1])
	if err != nil {
		return nil, err
	}
	unzip, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	script, err := io.ReadAll(unzip)
	if err != nil {
		return nil, err
	}
	begun, probe := begunMark.FindSubmatch(script), probeMark.FindSubmatch(script)
	if begun == nil || probe == nil {
		return nil, errors.New("the script is not a probe of djship's: something is to be changed")
	}
	out := fmt.Appendf(nil, "%s\n%s%s\n", shell[1], begun[1], text[2])
	return append(out, bytes.ReplaceAll(s.answer, []byte(mark), probe[1])...), nil
}

// page answers HTTP requests as a site does.
func page(open ssh.NewChannel) {
	channel, requests, err := open.Accept()
	if err != nil {
		return
	}
	defer channel.Close()
	go ssh.DiscardRequests(requests)
	var seen []byte
	buf := make([]byte, 4096)
	for {
		n, err := channel.Read(buf)
		if err != nil {
			return
		}
		seen = append(seen, buf[:n]...)
		for {
			_, rest, whole := bytes.Cut(seen, []byte("\r\n\r\n"))
			if !whole {
				break
			}
			seen = rest
			io.WriteString(channel, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\nhello")
		}
	}
}
