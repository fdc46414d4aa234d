// Package candidate finds prepare functions in a type-checked world and decides, for
// each of them, on a rewrite or a refusal.
//
// [Find] is the whole way: package pattern finds the functions and their callers,
// package plan decides, package edit turns the plan into text edits, and package same
// compares the result with the claims of the plan. The analysis pass and the module run
// both call Find, so they cannot disagree. It starts no process and prints nothing; the
// only files that it reads are those of the units.
//
//	found := candidate.Find(&callers.World{Units: units, All: true})
//	for _, c := range found {
//		if c.Refusal != nil {
//			fmt.Println(c.Refusal) // cannot rewrite begin: …
//			continue
//		}
//		// c.Edits is the whole change.
//	}
//
// A panic of the analysis is a bug of this module. It becomes a refusal with the code
// internal-error, which holds the stack, of the functions that it concerns; the others
// are decided as usual. This is the only place where a panic is recovered.
package candidate
