// Package ignored has a caller in a file that is not built.
package ignored

import "fmt"

func begin(err *error) func() { // want `begin returns a closure`
	fmt.Println("begin")
	return func() { fmt.Println(*err) }
}

func Use() (err error) {
	defer begin(&err)()
	return nil
}
