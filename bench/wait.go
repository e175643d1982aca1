//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// held is how long a transaction is open, and a dump runs, on the table that a migration wants.
const held = 60 * time.Second

// every is how often a visitor comes, whether those before have their answer or not.
const every = 250 * time.Millisecond

// library is a project with a table that each page reads.
var library = map[string]string{
	"manage.py":                       project["manage.py"],
	"requirements.txt":                project["requirements.txt"],
	"djship.toml":                     shopFiles["djship.toml"],
	"shop/__init__.py":                "",
	"shop/wsgi.py":                    project["shop/wsgi.py"],
	"shop/settings.py":                shopFiles["shop/settings.py"] + "INSTALLED_APPS.append('shop')\n",
	"shop/urls.py":                    "from django.http import HttpResponse\nfrom django.urls import path\nfrom .models import Book\n\nurlpatterns = [path('', lambda request: HttpResponse(str(len(Book.objects.only('title')[:20]))))]\n",
	"shop/models.py":                  "from django.db import models\n\nclass Book(models.Model):\n    title = models.CharField(max_length=200)\n",
	"shop/migrations/__init__.py":     "",
	"shop/migrations/0001_initial.py": "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    operations = [migrations.CreateModel('Book', [('id', models.AutoField(primary_key=True)), ('title', models.CharField(max_length=200))])]\n",
}

// adds is the library with its nth column more.
func adds(n int) map[string]string {
	files := map[string]string{}
	model := library["shop/models.py"]
	for i := 2; i <= n; i++ {
		before := fmt.Sprintf("%04d_more", i-1)
		if i == 2 {
			before = "0001_initial"
		}
		files[fmt.Sprintf("shop/migrations/%04d_more.py", i)] = fmt.Sprintf("from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '%s')]\n"+
			"    operations = [migrations.AddField('Book', 'more%d', models.IntegerField(default=7))]\n", before, i)
		model += fmt.Sprintf("    more%d = models.IntegerField(default=7)\n", i)
	}
	files["shop/models.py"] = model
	return files
}

// A migrating is a way to add a column.
type migrating struct {
	name  string
	ready func() error // brings its code, where that is not what is measured
	once  func() error
}

// waits measures how long visitors wait while a column is added to a table that somebody else has open, for a minute: by a push, and by plain `manage.py migrate`.
func waits(ctx context.Context, b *bench) (err error) {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Remove()) }()
	ways, err := b.migratings(ctx, t)
	if err != nil {
		return err
	}
	table := b.report.table("How long visitors wait while a column is added to a table on which a transaction and a dump are open for 60 s", "", "requests", "median", "99th percentile", "slowest", "times the usual 99th", "took")
	table.note = fmt.Sprintf("A visitor comes each %v, whether those before have their answer or not, and reads the table. The host, the visitors and the workstation share one machine's processors.", every)
	for turn := range b.turns {
		usual := watchFor(ctx, t.Addr(), func() error { time.Sleep(30 * time.Second); return nil })
		table.add(usual.cells(fmt.Sprintf("as usual, turn %d", turn+1), usual)...)
		for i, way := range ways {
			if err := way.ready(); err != nil {
				return err
			}
			over, err := opened(ctx, t)
			if err != nil {
				return err
			}
			met := watchFor(ctx, t.Addr(), way.once)
			over()
			if met.err != nil {
				return fmt.Errorf("%s: %w", way.name, met.err)
			}
			table.add(met.cells(fmt.Sprintf("%s, turn %d", way.name, turn+1), usual)...)
			if i == 0 {
				b.report.target(fmt.Sprintf("99th percentile of requests beside a migration that has to wait, turn %d", turn+1), fmt.Sprintf("%.1f times the usual", met.percentile(99)/usual.percentile(99)), "at most 2 times", met.percentile(99) <= 2*usual.percentile(99))
			}
		}
	}
	return nil
}

// migratings puts the library on a host, with many books, and returns the ways that are measured.
func (b *bench) migratings(ctx context.Context, t target) ([]migrating, error) {
	dir := filepath.Join(b.dir, "library")
	push := func(flags ...string) error {
		_, err := b.djshipOn(t, append([]string{"push", "example", "--dir", dir, "--hold", "0"}, flags...)...).measure(ctx)
		return err
	}
	if err := errors.Join(writeFiles(dir, library), push()); err != nil {
		return nil, err
	}
	if _, err := t.Run(ctx, `runuser -u postgres -- psql -Xqd example -c "insert into shop_book (title) select repeat('x', 100) || n from generate_series(1, 200000) n" -c 'analyze shop_book'`); err != nil {
		return nil, err
	}
	n := 1
	next := func() error { n++; return writeFiles(dir, adds(n)) }
	until := func() error {
		for {
			err := push()
			if err == nil || ctx.Err() != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "  not yet: %.400s\n", tail(err.Error()))
			time.Sleep(5 * time.Second)
		}
	}
	plain := func() error {
		_, err := t.Run(ctx, "runuser -u example -- bash -c 'cd && . ./prepare_env.sh && python manage.py migrate --noinput'")
		return err
	}
	return []migrating{{"djship push, again until it is through", next, until},
		{"plain manage.py migrate", func() error { return errors.Join(next(), push("--no-migrate")) }, plain}}, nil
}

// opened has a transaction open on the table, and a dump run, for a while. over waits for their end.
func opened(ctx context.Context, t target) (over func(), err error) {
	var ends sync.WaitGroup
	seconds := int(held.Seconds())
	for _, command := range []string{
		fmt.Sprintf(`echo 'begin; select count(*) from shop_book; select pg_sleep(%d); commit;' | runuser -u postgres -- psql -Xq -d example >/dev/null`, seconds),
		fmt.Sprintf(`runuser -u postgres -- pg_dump example | { sleep %d; cat >/dev/null; }`, seconds), // who reads it is slow
	} {
		ends.Go(func() { _, _ = t.Run(ctx, command) })
	}
	time.Sleep(3 * time.Second)
	if _, err := t.Run(ctx, `[ "$(runuser -u postgres -- psql -XAtq -d example -c "select count(distinct pid) from pg_locks where relation = 'shop_book'::regclass")" -ge 2 ]`); err != nil {
		return nil, fmt.Errorf("not two have the table open: %w", err)
	}
	return ends.Wait, nil
}

// A waited is how long visitors have waited for their answers, and how long it was that they came.
type waited struct {
	seconds []float64 // sorted
	failed  int
	took    time.Duration
	err     error // of what was done meanwhile
}

// watchFor has visitors come while something is done, and tells how long each has waited.
func watchFor(ctx context.Context, addr string, do func() error) waited {
	var got waited
	var mu sync.Mutex
	var visits sync.WaitGroup
	client := &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, addr+":80")
	}}}
	done := make(chan struct{})
	began := time.Now()
	visits.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case at := <-tick.C:
				visits.Go(func() {
					err := visitOnce(ctx, client)
					mu.Lock()
					defer mu.Unlock()
					if got.seconds = append(got.seconds, time.Since(at).Seconds()); err != nil {
						got.failed++
					}
				})
			}
		}
	})
	got.err = do()
	close(done)
	got.took = time.Since(began)
	visits.Wait()
	slices.Sort(got.seconds)
	return got
}

func visitOnce(ctx context.Context, client *http.Client) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://example.com/", nil)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

// percentile is the time within which so many of a hundred had their answer.
func (w waited) percentile(p float64) float64 {
	if len(w.seconds) == 0 {
		return 0
	}
	return w.seconds[max(0, int(math.Ceil(p/100*float64(len(w.seconds))))-1)]
}

// cells are a row of the table; usual is what is compared with.
func (w waited) cells(name string, usual waited) []string {
	requests := fmt.Sprint(len(w.seconds))
	if w.failed > 0 {
		requests += fmt.Sprintf(", %d failed", w.failed)
	}
	return []string{name, requests, secs(w.percentile(50)), secs(w.percentile(99)), secs(w.percentile(100)), fmt.Sprintf("%.1f", w.percentile(99)/usual.percentile(99)), secs(w.took.Seconds())}
}
