//go:build linux

package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// wayBack measures how long the newer release answers once somebody wants the one before: while it is watched, the old one warm beside
// it, and later.
func wayBack(ctx context.Context, b *bench) error {
	shop, err := newShop(ctx, filepath.Join(b.dir, "back"))
	if err != nil {
		return err
	}
	t, err := b.pushed(ctx, shop)
	if t.Host != nil {
		defer t.Remove()
	}
	if err != nil {
		return err
	}
	table := b.report.table("The way back, from the command to the last answer of the newer release", "", "median", "slowest", "failed of all requests")
	for _, w := range []struct {
		name   string
		warm   bool
		within float64
	}{{"rollback while the new release is watched", true, 1}, {"rollback later", false, 5}} {
		var times []float64
		failed, slowest := 0, 0.0
		for range b.turns {
			took, bad, err := b.backOnce(ctx, shop, t, w.warm)
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			times, failed, slowest = append(times, took), failed+bad, max(slowest, took)
		}
		table.add(w.name, secs(median(times)), secs(slowest), fmt.Sprint(failed))
		b.report.target(w.name, fmt.Sprintf("%s, %d failed", secs(median(times)), failed), fmt.Sprintf("under %.0f s, none", w.within), median(times) < w.within && failed == 0)
	}
	return nil
}

// backOnce pushes a release and takes it back.
func (b *bench) backOnce(ctx context.Context, shop *shop, t target, warm bool) (took float64, failed int, err error) {
	if err := shop.change(ctx); err != nil {
		return 0, 0, err
	}
	newer := shop.says()
	w := watchSite(t.Host)
	push := b.push(shop, t)
	ended := make(chan error, 1)
	if warm {
		push.args[len(push.args)-1] = "60"
	}
	go func() {
		got, err := push.measure(ctx)
		if warm && got.Status == 1 { // it tells that it was taken back
			err = nil
		}
		ended <- err
	}()
	if _, err = w.until(ctx, newer); err == nil && !warm {
		err = <-ended
	}
	if err != nil {
		return 0, w.over(), err
	}
	time.Sleep(time.Second)
	began := time.Now()
	got, err := b.djshipOn(t, "rollback", "example").measure(ctx)
	progress("rollback", got)
	if err == nil && warm {
		err = <-ended
	}
	time.Sleep(500 * time.Millisecond)
	failed = w.over()
	took = w.last[newer].Sub(began).Seconds()
	progress("the last answer of the newer release", sample{Seconds: took})
	return took, failed, err
}
