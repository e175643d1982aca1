//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"djship/integration/testbed"
)

// onHosts are the hosts of a stage.
const onHosts = 3

// A taken is what it took until all hosts answered with the changed line.
type taken struct {
	answered       float64 // seconds from the command on
	trips, whole   int     // round trips of a host until then, and of the whole command; the most of any host
	sent, received int     // bytes of data that a host was sent and has sent in the whole command; the most of any host
}

// line measures how long it takes until one changed line answers on three hosts.
func line(ctx context.Context, b *bench) error {
	shop, err := newShop(ctx, filepath.Join(b.dir, "line"))
	if err != nil {
		return err
	}
	if err := needPackage(ctx, "rsync"); err != nil {
		return err
	}
	pushed, err := several(ctx, func() (target, error) { return b.pushed(ctx, shop) })
	defer removeAll(pushed)
	if err != nil {
		return err
	}
	byHand, err := several(ctx, func() (target, error) { return b.byHand(ctx, shop) })
	defer removeAll(byHand)
	if err != nil {
		return err
	}
	place, err := testbed.NewPlace(ctx, roundTrip)
	if err != nil {
		return err
	}
	defer place.Close()
	sides := []side{b.push(shop, pushed...), b.hand(shop, byHand...)}
	if b.peers != nil {
		sides = append(sides, b.peers.ansible(byHand[0], "line.yml"))
		last := &sides[2]
		last.args = append(last.args, "-e", "source="+shop.dir)
		for _, t := range byHand[1:] {
			last.args = append(last.args, "-i", filepath.Join(t.dir, "hosts.ini"))
		}
	}
	on := [][]target{pushed, byHand, byHand}
	all, most := make([][]float64, len(sides)), make([]taken, len(sides))
	for range b.turns {
		for i := range sides {
			sides[i].from = place
			got, err := answeredBy(ctx, shop, sides[i], on[i])
			if err != nil {
				return err
			}
			all[i] = append(all[i], got.answered)
			most[i] = taken{0, max(most[i].trips, got.trips), max(most[i].whole, got.whole), max(most[i].sent, got.sent), max(most[i].received, got.received)}
		}
	}
	b.tellLine(sides, all, most)
	return b.nothingToPush(ctx, shop, pushed[0], place)
}

// tellLine reports what it took each side, and the most of any host.
func (b *bench) tellLine(sides []side, all [][]float64, most []taken) {
	table := b.report.table("One changed line, until three hosts 100 ms away answer with it", "", "median", "slowest", "djship takes", "round trips until then", "of the whole", "bytes sent to a host")
	for i, s := range sides {
		slowest := 0.0
		var ratios []float64
		for n, x := range all[i] {
			slowest, ratios = max(slowest, x), append(ratios, all[0][n]/x)
		}
		table.add(s.name, secs(median(all[i])), secs(slowest), fmt.Sprintf("%.2f times", median(ratios)), strconv.Itoa(most[i].trips), strconv.Itoa(most[i].whole), strconv.Itoa(most[i].sent))
	}
	table.note = "Each host runs " + shopWorkers + " workers of gunicorn, by either way: three hosts share the processors of one machine."
	took := median(all[0])
	b.report.target("one changed line on three hosts 100 ms away", secs(took), "at most 3 s", took <= 3)
	b.report.target("… round trips until it answers, and in all", fmt.Sprintf("%d, %d", most[0].trips, most[0].whole), "at most 12", most[0].trips <= 12)
	b.report.target("… bytes sent to a host", strconv.Itoa(most[0].sent), "under 10,000", most[0].sent < 10_000)
}

// nothingToPush measures a push of what is there already.
func (b *bench) nothingToPush(ctx context.Context, s *shop, t target, place *testbed.Place) error {
	if _, err := b.push(s, t).measure(ctx); err != nil {
		return err
	}
	sides := []side{b.push(s, t), openssh(t, "ssh HOST true", "", "true")}
	for i := range sides {
		sides[i].from = place
	}
	all, err := inTurn(ctx, b.turns, true, sides...)
	if err != nil {
		return err
	}
	b.report.sides("Push with nothing to do, 100 ms round trip", sides, all)
	b.atMost("push with nothing to do, 100 ms round trip", "ssh HOST true", ratio(all[0], all[1]), 1)
	return nil
}

// answeredBy changes the line and brings it to hosts.
func answeredBy(ctx context.Context, shop *shop, s side, on []target) (taken, error) {
	if err := shop.change(ctx); err != nil {
		return taken{}, err
	}
	time.Sleep(time.Second) // until the one before has said good-bye, too
	var wires []*wire
	var watches []*watch
	for _, t := range on {
		w, err := listenWire(t.Addr())
		if err != nil {
			return taken{}, err
		}
		wires, watches = append(wires, w), append(watches, watchSite(t.Host))
	}
	began := time.Now()
	sample, err := s.measure(ctx)
	if err != nil {
		return taken{}, err
	}
	var got taken
	for i := range on {
		at, err := watches[i].until(ctx, shop.says())
		failed := watches[i].over()
		packets := wires[i].stop()
		if err != nil {
			return taken{}, err
		}
		if s.name == "djship" && failed > 0 {
			return taken{}, fmt.Errorf("%d requests failed: %s", failed, watches[i].why)
		}
		got.add(at.Sub(began).Seconds(), packets, at)
	}
	progress(s.name, sample)
	fmt.Fprintf(os.Stderr, "    answered after %.2f s, %d round trips (%d in all), %d bytes sent, %d received\n", got.answered, got.trips, got.whole, got.sent, got.received)
	return got, nil
}

// add takes in what was seen of one host, which has answered at a time.
func (t *taken) add(answered float64, packets []packet, at time.Time) {
	t.answered = max(t.answered, answered)
	sent, received := 0, 0
	var until []packet
	for _, p := range packets {
		if p.toHost {
			sent += p.size
		} else {
			received += p.size
		}
		if p.at.Before(at) {
			until = append(until, p)
		}
	}
	t.sent, t.received = max(t.sent, sent), max(t.received, received)
	t.whole, t.trips = max(t.whole, count(packets)), max(t.trips, count(until))
}

// several starts hosts.
func several(ctx context.Context, start func() (target, error)) (all []target, err error) {
	for range onHosts {
		t, err := start()
		if t.Host != nil {
			all = append(all, t)
		}
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

func removeAll(all []target) {
	for _, t := range all {
		_ = t.Remove() // the next run of hosts removes what is left
	}
}
