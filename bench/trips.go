//go:build linux

package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"djship/integration/testbed"

	"golang.org/x/sys/unix"
)

// trips counts the round trips of a deploy with nothing to do from the packets on the host's cable. What each is for
// is told by what sshd writes into its log.
func trips(ctx context.Context, b *bench) error {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return err
	}
	defer t.Remove()
	if _, err := t.Run(ctx, "echo LogLevel DEBUG3 >/etc/ssh/sshd_config.d/00-bench.conf; systemctl restart ssh"); err != nil {
		return err
	}
	place, err := testbed.NewPlace(ctx, roundTrip)
	if err != nil {
		return err
	}
	defer place.Close()
	s := b.djshipOn(t, "deploy", "example", "example.com")
	s.from = place
	if _, err := s.measure(ctx); err != nil {
		return err
	}
	time.Sleep(time.Second) // until the host has said good-bye, too
	wire, err := listenWire(t.Addr())
	if err != nil {
		return err
	}
	began := time.Now()
	got, err := s.measure(ctx)
	if err != nil {
		return err
	}
	progress(s.name, got)
	packets := wire.stop()
	heard, err := heardBy(ctx, t.Host, began)
	if err != nil {
		return err
	}
	depth := count(packets)
	b.report.target("round trips of a run with nothing to do", strconv.Itoa(depth), "at most 10", depth <= 10)
	if err := changeTrips(ctx, b, t.Host, s); err != nil {
		return err
	}
	table := b.report.table("Round trips of a deploy with nothing to do, as counted on the wire", "", "the host receives")
	for i, for_ := range purposes(packets, heard, depth) {
		table.add(strconv.Itoa(i+1), strings.Join(for_, ", "))
	}
	table.note = fmt.Sprintf("The request to the site goes with the exec request; sshd logs no data. The run took %s: "+
		"sshd before 10.1 holds back its answer to the channel open until what it sent before is acknowledged.", secs(got.Seconds))
	return nil
}

// changeTrips counts the round trips of a deploy that puts one thing right: those of one with nothing to do, one for the change,
// and those of the visits that the site must answer then.
func changeTrips(ctx context.Context, b *bench, t *testbed.Host, s side) error {
	if _, err := t.Run(ctx, "chmod 700 /webapps/example_project/prepare_env.sh"); err != nil {
		return err
	}
	wire, err := listenWire(t.Addr())
	if err != nil {
		return err
	}
	got, err := s.measure(ctx)
	if err != nil {
		return err
	}
	progress(s.name, got)
	packets := wire.stop()
	depth, sent := count(packets), 0
	for _, p := range packets {
		if p.toHost {
			sent += p.size
		}
	}
	b.report.target("round trips of a run with one change", strconv.Itoa(depth), "at most 13", depth <= 13)
	b.report.target("what it sends, in bytes", strconv.Itoa(sent), "", true)
	return nil
}

// A packet is one of the packets of a TCP connection to port 22 that carry something: the first, or data.
type packet struct {
	at     time.Time
	toHost bool
	syn    bool
	size   int // of its data, in bytes
	trip   int // which round trip it belongs to, from 1
}

// A wire collects the packets that pass a host's cable.
type wire struct {
	fd   int
	done chan []packet
}

// listenWire listens at this machine's end of the cable to an address.
func listenWire(addr string) (*wire, error) {
	link, err := linkTo(addr)
	if err != nil {
		return nil, err
	}
	proto := uint16(unix.ETH_P_ALL)<<8 | unix.ETH_P_ALL>>8
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(proto))
	if err != nil {
		return nil, fmt.Errorf("listening to packets: %w", err)
	}
	timeout := unix.NsecToTimeval(int64(50 * time.Millisecond))
	err = errors.Join(unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: proto, Ifindex: link.Index}),
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout))
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	w := &wire{fd, make(chan []packet)}
	go w.collect()
	return w, nil
}

// stop ends the collection and returns it.
func (w *wire) stop() []packet {
	time.Sleep(200 * time.Millisecond) // what is under way
	w.done <- nil
	return <-w.done
}

func (w *wire) collect() {
	var all []packet
	buf := make([]byte, 1<<16)
	for {
		select {
		case <-w.done:
			unix.Close(w.fd)
			w.done <- all
			return
		default:
		}
		n, _, err := unix.Recvfrom(w.fd, buf, 0)
		if err != nil {
			continue // the timeout
		}
		if p, ok := parsePacket(buf[:n]); ok {
			all = append(all, p)
		}
	}
}

// parsePacket reads an IPv4 packet of TCP from or to port 22.
func parsePacket(b []byte) (packet, bool) {
	if len(b) < 20 || b[0]>>4 != 4 || b[9] != unix.IPPROTO_TCP {
		return packet{}, false
	}
	whole, head := int(binary.BigEndian.Uint16(b[2:])), int(b[0]&15)*4
	if len(b) < head+20 {
		return packet{}, false
	}
	tcp := b[head:]
	from, to := binary.BigEndian.Uint16(tcp), binary.BigEndian.Uint16(tcp[2:])
	syn := tcp[13]&2 != 0
	data := whole - head - int(tcp[12]>>4)*4
	if from != 22 && to != 22 || data == 0 && !syn {
		return packet{}, false
	}
	return packet{at: time.Now(), toHost: to == 22, syn: syn, size: data}, true
}

// linkTo is this machine's network interface that shares a network with an address.
func linkTo(addr string) (*net.Interface, error) {
	links, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		addrs, _ := l.Addrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.Contains(net.ParseIP(addr)) {
				return &l, nil
			}
		}
	}
	return nil, fmt.Errorf("no network interface leads to %s", addr)
}

// count says of each packet to which round trip it belongs, and returns how many there are. A packet to the host
// can only answer what had left the host a round trip earlier, and begins the next. What the host sends last counts
// no more than what it answers.
func count(packets []packet) int {
	last := 0
	for i := range packets {
		p := &packets[i]
		for _, q := range packets[:i] {
			if p.toHost && !q.toHost && p.at.Sub(q.at) > roundTrip*95/100 {
				p.trip = max(p.trip, q.trip)
			}
			if !p.toHost && q.toHost {
				p.trip = max(p.trip, q.trip)
			}
		}
		if p.toHost {
			p.trip++
		} else {
			last = max(last, p.trip)
		}
	}
	return last
}

// A message is an SSH message that sshd has received.
type message struct {
	at   time.Time
	what string
}

var messages = map[string]string{"20": "key exchange proposal", "30": "key exchange", "5": "service request", "21": "new keys",
	"90": "channel open", "98": "channel request", "93": "", "94": "data", "96": "end of data", "97": "channel close", "80": "global request", "1": "disconnect", "2": ""}

// heardBy reads sshd's log since a time.
func heardBy(ctx context.Context, h *testbed.Host, since time.Time) ([]message, error) {
	out, err := h.Run(ctx, fmt.Sprintf("journalctl --sync; journalctl -t sshd -t sshd-session -o json --since=@%d", since.Unix()))
	if err != nil {
		return nil, err
	}
	var all []message
	auth := []string{"login: none, to hear what is allowed", "login: is this key good?", "login: signature"}
	opened := ""
	for line := range strings.Lines(out) {
		var entry struct {
			Message string `json:"MESSAGE"`
			At      string `json:"_SOURCE_REALTIME_TIMESTAMP"`
		}
		if json.Unmarshal([]byte(line), &entry) != nil {
			continue
		}
		us, _ := strconv.ParseInt(entry.At, 10, 64)
		at := time.UnixMicro(us)
		if at.Before(since) {
			continue
		}
		if os.Getenv("BENCH_DEBUG") != "" {
			fmt.Fprintln(os.Stderr, at.Sub(since), entry.Message)
		}
		if _, kind, ok := strings.Cut(entry.Message, "server_input_channel_open: ctype "); ok {
			opened, _, _ = strings.Cut(kind, " ")
			all = append(all, message{at, "channel open: " + opened})
		}
		if _, request, ok := strings.Cut(entry.Message, "server_input_channel_req: channel "); ok {
			_, request, _ = strings.Cut(request, "request ")
			request, _, _ = strings.Cut(request, " ")
			all = append(all, message{at, "channel request: " + request})
		}
		_, kind, ok := strings.Cut(entry.Message, "receive packet: type ")
		kind, _, _ = strings.Cut(kind, " ")
		switch {
		case !ok || kind == "90" || kind == "98":
		case kind == "50" && len(auth) > 0:
			all = append(all, message{at, auth[0]})
			auth = auth[1:]
		case messages[kind] != "":
			all = append(all, message{at, messages[kind]})
		}
	}
	return all, nil
}

// purposes tells of each round trip what the host received in it.
func purposes(packets []packet, heard []message, trips int) [][]string {
	for_ := make([][]string, trips)
	add := func(trip int, what string) {
		if trip >= 1 && trip <= trips && !slices.Contains(for_[trip-1], what) {
			for_[trip-1] = append(for_[trip-1], what)
		}
	}
	add(1, "TCP connection")
	add(2, "SSH version")
	for _, m := range heard {
		trip := 0
		for _, p := range packets {
			if p.toHost && !p.at.After(m.at) {
				trip = p.trip
			}
		}
		add(trip, m.what)
	}
	return for_
}
