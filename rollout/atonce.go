package rollout

import "sync"

// AtOnce calls f for 0, 1 and so on below count, most of them at once, and returns when all calls have.
func AtOnce(most, count int, f func(i int)) {
	slots := make(chan struct{}, max(1, most))
	var running sync.WaitGroup
	for i := range count {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			f(i)
		})
	}
	running.Wait()
}
