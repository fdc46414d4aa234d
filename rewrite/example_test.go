package rewrite_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/closurefix/closurefix/rewrite"
)

const source = `package conn

type Conn struct {
	reading bool
	failed  error
}

func (c *Conn) prepareRead(err *error) func() {
	c.reading = true
	return func() { c.failed = *err }
}

func (c *Conn) Read() (err error) {
	done := c.prepareRead(&err)
	defer done()
	return nil
}
`

// This example runs over a module with one file. Nothing is written before Result.Write.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{"go.mod": "module example.com/conn\n\ngo 1.26\n", "conn.go": source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			fmt.Println(err)
			return
		}
	}
	res, err := rewrite.Run(context.Background(), rewrite.Options{Dir: dir, Rewrite: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range res.Findings {
		fmt.Printf("%s:%d: %s (%s)\n", filepath.Base(f.Pos.Filename), f.Pos.Line, f.Outcome(filepath.Base), f.Kind)
	}
	for _, f := range res.Files {
		fmt.Printf("%s", f.New)
	}
	// Output:
	// conn.go:8: -fix rewrites (*Conn).prepareRead and its callers in conn.go (result-pointer)
	// package conn
	//
	// type Conn struct {
	// 	reading bool
	// 	failed  error
	// }
	//
	// func (c *Conn) prepareRead() {
	// 	c.reading = true
	// }
	//
	// // finishRead ends what prepareRead began. Callers defer it.
	// func (c *Conn) finishRead(err *error) {
	// 	c.failed = *err
	// }
	//
	// func (c *Conn) Read() (err error) {
	// 	c.prepareRead()
	// 	defer c.finishRead(&err)
	// 	return nil
	// }
}
