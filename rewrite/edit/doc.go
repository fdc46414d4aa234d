// Package edit turns the decision of package plan into text edits.
//
// [Candidates] is the whole way from a type-checked world to edits; the analysis
// pass and the module run both call it, so they cannot disagree.
//
// The declaration of a prepare function is rewritten as a dst, a syntax tree in
// which comments belong to the nodes they stand at: the statements of the cleanup
// move to finish and take their comments along. Only the text of the changed
// declaration is put over the bytes of the old one. Calls of prepare and uses of
// the cleanup are short splices in the text as it stands. The rest of a file
// stays as it was, byte for byte, with its carriage returns, its //line
// directives and its private ideas about formatting; a file that was
// gofmt-clean is so again.
//
// Each change is compared, before it is accepted, by package same, which shares no
// code with this one.
//
// No comment is lost. One that stands in code which goes away and has no other
// place refuses the change (comment-lost).
package edit
