package refusal

// A Code names a reason to refuse. Codes are stable: scripts and suppressions
// may rely on them.
type Code string

// The codes, each explained by its row of Explanations.
const (
	Assembly         Code = "assembly"
	CallForm         Code = "call-form"
	CgoFile          Code = "cgo-file"
	CleanupValue     Code = "cleanup-value"
	CommentLost      Code = "comment-lost"
	ConfigsDiverge   Code = "configs-diverge"
	Exported         Code = "exported"
	FuncValue        Code = "func-value"
	GeneratedFile    Code = "generated-file"
	Generic          Code = "generic"
	IgnoredFile      Code = "ignored-file"
	InnerValue       Code = "inner-value"
	InterfaceMethod  Code = "interface-method"
	InternalError    Code = "internal-error"
	LineDirective    Code = "line-directive"
	Linkname         Code = "linkname"
	LocalDeclaration Code = "local-declaration"
	NameClash        Code = "name-clash"
	NilTest          Code = "nil-test"
	NoGain           Code = "no-gain"
	OtherReturn      Code = "other-return"
	OutOfScope       Code = "out-of-scope"
	OutsideModule    Code = "outside-module"
	PrintWrapper     Code = "print-wrapper"
	Reassigned       Code = "reassigned"
	RecoverWrapped   Code = "recover-wrapped"
	Recursive        Code = "recursive"
	SelfReference    Code = "self-reference"
	SeveralCleanups  Code = "several-cleanups"
	SeveralLiterals  Code = "several-literals"
	UnguardedNil     Code = "unguarded-nil"
	UnnameableType   Code = "unnameable-type"
	VerifyFailed     Code = "verify-failed"
)

// An Explanation is the row of a code in the table that -explain prints.
type Explanation struct {
	Code    Code
	Meaning string // what the code stands for
	Advice  string // what a person can do
}

// Explanations returns the table of codes, in the order of their names.
func Explanations() []Explanation {
	return []Explanation{
		{Assembly,
			"A file of the package that is not Go may call the function.",
			"Rewrite by hand, together with that file."},
		{CallForm,
			"A call of the function hands several results straight on, or a caller that package initialization runs drops the cleanup.",
			"Give the results of the call names in a statement of its own."},
		{CgoFile,
			"The function, or a caller, is in a file that imports \"C\", which the compiler sees only in translation.",
			"Move the function or the call to a file without cgo."},
		{CleanupValue,
			"All callers hand the cleanup on as a value, or one does so where its type cannot be written.",
			"Call or defer the cleanup where it is obtained."},
		{CommentLost,
			"A comment stands where code goes away, and has no other place.",
			"Move the comment, or delete it."},
		{ConfigsDiverge,
			"The build configurations asked for lead to different changes of one file.",
			"Rewrite by hand, or ask for fewer configurations."},
		{Exported,
			"The function is exported, and callers may exist where the run does not look.",
			"Use -exported, if you control all callers."},
		{FuncValue,
			"The function is used as a value (stored, passed, as a method value or expression), which fixes its signature.",
			"Call it in a literal there, or rewrite by hand."},
		{GeneratedFile,
			"The function, or a caller, is in generated code.",
			"Change the generator."},
		{Generic,
			"The function is generic, and the type of what it hands over cannot be written where it is needed.",
			"Rewrite by hand."},
		{IgnoredFile,
			"A file that the build configuration leaves out, or whose package does not type-check, names the function, or may depend on its form.",
			"Run with the tags or the -config that build that file, or mend its package."},
		{InnerValue,
			"The function itself uses its cleanup for more than a call.",
			"Call or defer the cleanup in the function instead."},
		{InterfaceMethod,
			"An interface asks for the method, so its signature is fixed.",
			"Change the interface and all its methods by hand."},
		{InternalError,
			"The analysis of this function failed by a fault of closurefix.",
			"Please report it, with the function."},
		{LineDirective,
			"The function holds a line directive, which would not survive printing.",
			"Remove the directive."},
		{Linkname,
			"A linkname or export directive names the function.",
			"Rewrite by hand, together with what the directive serves."},
		{LocalDeclaration,
			"The cleanup uses a type or constant that the function declares.",
			"Move the declaration to package level."},
		{NameClash,
			"A name that the rewrite needs is taken.",
			"Rename one of the two."},
		{NilTest,
			"A caller compares the cleanup with nil, and some return hands out a cleanup that does nothing.",
			"Remove the comparison."},
		{NoGain,
			"The compiler was asked, and puts as much on the heap after the rewrite as before.",
			"Nothing: the closure is not what costs here."},
		{OtherReturn,
			"A return hands out something that is not a function literal of this function: a call's result, a method value, a parameter.",
			"Return a literal, or the error alone."},
		{OutOfScope,
			"A captured variable is out of scope where its value is needed.",
			"Declare it in the outer block."},
		{OutsideModule,
			"A file that would change, or may call the function, does not belong to a main module, or is not one that people write.",
			"Run closurefix in the module that holds the file."},
		{PrintWrapper,
			"The cleanup passes a format or arguments on to a function that prints. As a function of its own it would be a print wrapper, and go vet would check calls that it does not check now.",
			"Mend what go vet would report, or rewrite by hand."},
		{Reassigned,
			"A caller assigns several results, and the cleanup among them goes to a variable, field or element that keeps its type.",
			"Give the cleanup a variable of its own with :=."},
		{RecoverWrapped,
			"The cleanup calls recover, which works only when it is deferred directly, and a wrapper would be needed.",
			"Rewrite by hand."},
		{Recursive,
			"The function calls itself.",
			"Rewrite by hand."},
		{SelfReference,
			"The cleanup refers to the variable that holds it.",
			"Rewrite by hand."},
		{SeveralCleanups,
			"The function returns more than one function literal at once.",
			"Rewrite by hand: they share their variables."},
		{SeveralLiterals,
			"Different returns hand out different cleanups.",
			"Make one cleanup that tests what there is to do."},
		{UnguardedNil,
			"The cleanup may be nil, and a caller uses it before any test, or hands it to somebody who may compare it with nil.",
			"Check the error, or the cleanup against nil, before it is used."},
		{UnnameableType,
			"The type of a captured variable cannot be written at package level.",
			"Declare the type at package level."},
		{VerifyFailed,
			"The rewritten code did not pass the verification, and was not written.",
			"Please report it: such a rewrite should have been refused before."},
	}
}
