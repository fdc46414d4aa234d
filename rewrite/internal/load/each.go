package load

import (
	"runtime"
	"sync"
)

// each calls do for every file, for several at a time.
func each(files []string, do func(i int, name string)) {
	var wg sync.WaitGroup
	tokens := make(chan struct{}, runtime.GOMAXPROCS(0))
	for i, name := range files {
		tokens <- struct{}{}
		wg.Go(func() {
			defer func() { <-tokens }()
			do(i, name)
		})
	}
	wg.Wait()
}
