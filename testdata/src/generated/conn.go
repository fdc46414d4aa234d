// Package generated has a caller in a generated file.
package generated

import "fmt"

func begin(err *error) func() { // want `begin returns a closure`
	fmt.Println("begin")
	return func() { fmt.Println(*err) }
}

func Use() (err error) {
	defer begin(&err)()
	return nil
}
