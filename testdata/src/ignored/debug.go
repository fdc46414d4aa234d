//go:build debug

package ignored

func Debug() (err error) {
	defer begin(&err)()
	return nil
}
