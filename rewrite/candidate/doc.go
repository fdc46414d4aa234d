// Package candidate finds the prepare functions in type-checked packages, and decides for
// each of them on a rewrite or a refusal.
//
// [Find] does all steps: package pattern finds the functions and their callers, package
// plan decides, package edit turns the plan into text edits, and package same compares
// the result with the claims of the plan. The analysis pass and the module run both call
// Find, so their decisions agree. Find starts no process and prints nothing. It reads
// only the files of the units.
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
// A panic of the analysis is a bug in this module. It becomes a refusal of the functions
// that it concerns, with the code internal-error and the stack. All other functions are
// decided as usual.
package candidate
