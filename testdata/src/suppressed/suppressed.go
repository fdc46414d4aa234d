// Package suppressed has a function for each comment that silences.
package suppressed

import "fmt"

// inDoc is known.
//
//closurefix:ignore measured
func inDoc(err *error) func() {
	return func() { fmt.Println(*err) }
}

func onLine(err *error) func() { //nolint:closurefix // measured
	return func() { fmt.Println(*err) }
}

//lint:ignore closurefix measured
func staticcheck(err *error) func() {
	return func() { fmt.Println(*err) }
}

func bare(err *error) func() { //nolint
	return func() { fmt.Println(*err) }
}

//nolint:errcheck
func other(err *error) func() { // want `other returns a closure`
	fmt.Println("other")
	return func() { fmt.Println(*err) }
}

func Use() (err error) {
	defer inDoc(&err)()
	defer onLine(&err)()
	defer staticcheck(&err)()
	defer bare(&err)()
	defer other(&err)()
	return nil
}
