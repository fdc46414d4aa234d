// Package edit turns the decision of package plan into text edits.
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
// No comment is lost. One that stands in code which goes away and has no other
// place refuses the change (comment-lost).
package edit
