package refusal

// A Code names a reason not to rewrite a prepare function. Codes are stable: scripts
// and suppressions may rely on them.
type Code string

// The codes of refusals. Explanations has a row for each.
const (
	Assembly         Code = "assembly"
	CallForm         Code = "call-form"
	CgoFile          Code = "cgo-file"
	CleanupValue     Code = "cleanup-value"
	CommentLost      Code = "comment-lost"
	ConfigsDiverge   Code = "configs-diverge"
	Exported         Code = "exported"
	FuncValue        Code = "func-value"
	FunctionLiteral  Code = "function-literal"
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

// An Explanation describes a code. The flag -explain prints it.
type Explanation struct {
	Code    Code
	Meaning string // what the code means
	Advice  string // what a person can do
}

// Explanations returns the table of codes, in the order of their names.
func Explanations() []Explanation {
	return []Explanation{
		{Assembly,
			"A file of the package that is not Go, such as assembly, may call the function.",
			"Rewrite by hand, together with that file."},
		{CallForm,
			"A caller passes all results of the function directly to a return or another call, or a caller that runs during package initialization drops the cleanup.",
			"Assign the results of the call to variables in a separate statement."},
		{CgoFile,
			"The function, or a caller, is in a file that imports \"C\". The compiler sees only the translation that cgo makes of it.",
			"Move the function or the call to a file without cgo."},
		{CleanupValue,
			"All callers use the cleanup as a value, or one does so where its type cannot be written.",
			"Call or defer the cleanup where it is obtained."},
		{CommentLost,
			"The rewrite would remove the code around a comment, and the comment has no other place.",
			"Move the comment, or delete it."},
		{ConfigsDiverge,
			"The requested build configurations lead to different changes of one file.",
			"Rewrite by hand, or request fewer configurations."},
		{Exported,
			"The function is exported, and may have callers in packages that are not loaded.",
			"Use -exported, if you control all callers."},
		{FuncValue,
			"The function is used as a value (stored, passed, as a method value or method expression), which fixes its signature.",
			"Use a function literal that calls it there, or rewrite by hand."},
		{FunctionLiteral,
			"The function is a literal in a variable of the package, which other code may set, or in a local one that is set again or not declared by a statement of its own.",
			"Declare it as a function or method, or set a local variable only by := in a statement of its own."},
		{GeneratedFile,
			"The function, or a caller, is in generated code: a comment above the package clause says so, or that the file must not be edited.",
			"Change the generator."},
		{Generic,
			"The function is generic, and the type of the state cannot be written where it is needed.",
			"Rewrite by hand."},
		{IgnoredFile,
			"A file that was not type-checked names the function, or may depend on its signature. The build configuration leaves the file out, its directory is one that ./... skips (testdata, _tools), or its package has errors.",
			"Run with the -tags or -config that include the file, name its package beside ./..., or fix its package. If the file declares the function and returns no cleanup, rewrite both by hand."},
		{InnerValue,
			"The function itself uses its cleanup for more than a call.",
			"Call or defer the cleanup in the function instead."},
		{InterfaceMethod,
			"An interface requires the method, so its signature is fixed.",
			"Change the interface and all its methods by hand."},
		{InternalError,
			"The analysis of this function failed because of a bug in closurefix.",
			"Please report it, with the function."},
		{LineDirective,
			"The function contains a line directive, which printing the new code could break.",
			"Remove the directive."},
		{Linkname,
			"A linkname or export directive names the function.",
			"Rewrite by hand, together with the code that uses the directive."},
		{LocalDeclaration,
			"The cleanup uses a type or constant that the function declares.",
			"Move the declaration to package level."},
		{NameClash,
			"A name that the rewrite needs is already declared or is shadowed.",
			"Rename the other declaration."},
		{NilTest,
			"A caller compares the cleanup with nil, and the function may return a cleanup that is not nil and does nothing.",
			"Remove the comparison."},
		{NoGain,
			"The compiler reports as many heap allocations after the rewrite as before, or all callers, or half of those of an exported function, use the cleanup as a value, which is allocated as before, or a loop defers it, and its large state would be allocated besides the call.",
			"Nothing: the rewrite would save no allocation, or too few for another result type."},
		{OtherReturn,
			"The function returns something other than one of its function literals: a call's result, a parameter, a method value of an interface.",
			"Return a literal, or the error alone."},
		{OutOfScope,
			"A captured variable is out of scope where its value is needed.",
			"Declare it in the outer block."},
		{OutsideModule,
			"A file that would change, or that may call the function, is outside the main modules, has several names, or is not a source file of its module.",
			"Run closurefix in the module that holds the file."},
		{PrintWrapper,
			"The cleanup passes a format or arguments on to a printing function. As a declared function it would be a print wrapper, and go vet would check calls that it does not check now.",
			"Fix what go vet would report, or rewrite by hand."},
		{Reassigned,
			"A caller assigns several results, and stores the cleanup in a variable, field or element whose type cannot change.",
			"Give the cleanup a variable of its own with :=."},
		{RecoverWrapped,
			"The cleanup calls recover, which works only in a function that is deferred directly, and the rewrite would need a wrapper.",
			"Rewrite by hand."},
		{Recursive,
			"The function calls itself, or its cleanup calls it.",
			"Rewrite by hand."},
		{SelfReference,
			"The cleanup refers to the variable that holds it.",
			"Rewrite by hand."},
		{SeveralCleanups,
			"The function returns more than one function literal at once.",
			"Rewrite by hand: the literals share variables."},
		{SeveralLiterals,
			"Different return statements return different cleanups, and the rewrite cannot combine them, or no name in the code says how they differ.",
			"Write one cleanup that tests what it has to do."},
		{UnguardedNil,
			"The cleanup may be nil, and a caller uses it after no test that closurefix knows, or passes it to code that may compare it with nil.",
			"Check the error, or compare the cleanup with nil, before the use."},
		{UnnameableType,
			"The type of a captured variable cannot be written at package level.",
			"Declare the type at package level."},
		{VerifyFailed,
			"The rewritten code did not pass the verification, so nothing was written.",
			"Please report it: closurefix should have refused this rewrite before."},
	}
}
