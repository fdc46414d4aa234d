// Package other calls from another package.
package other

import "example.com/sample"

func use(c *sample.Conn) (err error) {
	done := c.Small(&err)
	defer done()
	return nil
}
