// Package testonly has a prepare function in its external tests.
package testonly
