//go:build js && wasm

// Wasm is the program of the playground in the browser. It waits for calls of the global
// function closurefix.
package main

import (
	"encoding/json"
	"runtime/debug"
	"syscall/js"

	"github.com/closurefix/closurefix/analyzer/playground/internal/play"
	"github.com/closurefix/closurefix/analyzer/playground/internal/stdtypes"
)

func main() {
	// A run allocates much and keeps little, and the browser has memory.
	debug.SetGCPercent(400)
	js.Global().Set("closurefix", js.FuncOf(open))
	select {}
}

// open is the function closurefix(bundle). It returns a function from a file
// and the values of Options to the result as JSON, or a string, which is an error.
func open(_ js.Value, args []js.Value) any {
	bundle := make([]byte, args[0].Length())
	js.CopyBytesToGo(bundle, args[0])
	library, err := stdtypes.Open(bundle)
	if err != nil {
		return err.Error()
	}
	analyze := func(_ js.Value, args []js.Value) any {
		o := play.Options{All: args[1].Bool(), Exported: args[2].Bool()}
		data, err := json.Marshal(play.Analyze(args[0].String(), o, library.Importer()))
		if err != nil {
			return err.Error()
		}
		return string(data)
	}
	return js.FuncOf(analyze)
}
