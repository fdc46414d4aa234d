//go:build !race

package wsreference

const raceEnabled = false
