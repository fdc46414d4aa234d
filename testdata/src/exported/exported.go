// Package exported has callers that a pass cannot see.
package exported

import "fmt"

func Begin(err *error) func() { // want `Begin returns a closure`
	fmt.Println("begin")
	return func() { fmt.Println(*err) }
}

func Use() (err error) {
	defer Begin(&err)()
	return nil
}
