// Package misuse has callers of cleanups with the two bugs, and such without.
package misuse

import (
	"errors"
	"fmt"
)

type DB struct{ ops []string }

// observe returns a func that notes how an operation ended.
func (db *DB) observe(op string) func(error) {
	fmt.Println(op)
	return func(err error) { db.ops = append(db.ops, fmt.Sprint(op, err)) }
}

func (db *DB) begin() error { return errors.New("no connection") }

func (db *DB) Begin() (err error) {
	done := db.observe("begin")
	defer done(err) // want `err is evaluated here, at the defer statement, where it is nil: done never gets the error that is set later`
	return db.begin()
}

func (db *DB) Ping() error {
	var err error
	defer db.observe("ping")(err) // want `db\.observe\("ping"\) never gets the error that is set later`
	err = db.begin()
	return err
}

func (db *DB) Commit() (err error) {
	done := db.observe("commit")
	defer func() { done(err) }()
	return db.begin()
}

func (db *DB) Silenced() (err error) {
	done := db.observe("silenced")
	//closurefix:ignore the error does not matter
	defer done(err)
	return db.begin()
}

func (db *DB) SilencedOnLine() (err error) {
	done := db.observe("silenced")
	defer done(err) //nolint:closurefix
	return db.begin()
}

func (db *DB) NotSilenced() (err error) {
	done := db.observe("loud") //nolint:closurefix // this line alone
	defer done(err)            // want `done never gets the error`
	return db.begin()
}

// lock returns nil with an error.
func lock(name string) (func(), error) {
	if name == "" {
		return nil, errors.New("no name")
	}
	return func() { fmt.Println("unlock") }, nil
}

func early(name string) error {
	unlock, err := lock(name)
	defer unlock() // want `the cleanup that lock returns may be nil, and is deferred before the error is checked: the call would panic`
	if err != nil {
		return err
	}
	return nil
}

func late(name string) error {
	unlock, err := lock(name)
	if err != nil {
		return err
	}
	defer unlock()
	return nil
}
