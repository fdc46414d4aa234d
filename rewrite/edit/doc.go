// Package edit turns the plans of package plan into text edits.
//
// The declaration of a prepare function is rewritten as a dst, a syntax tree in which
// comments are attached to nodes. The statements of the cleanup move to finish and take
// their comments along. The printed result replaces the old declaration only. Calls of
// prepare and uses of the cleanup are short splices in the source. The rest of a file
// keeps every byte, including carriage returns, //line directives and unusual formatting.
// A file that was gofmt-clean is so afterwards. In another file, the lines that do not change keep their spaces.
//
// No comment is lost. If code that goes away contains a comment that has no other place,
// the change is refused (comment-lost).
package edit
