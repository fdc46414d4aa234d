// Package plan decides whether a prepare function can be rewritten, and how.
//
// # The contract
//
// A [Plan] turns the cleanup of a prepare function (see package pattern) into a
// function or method of its own, finish, and the uses of the cleanup into calls
// of it:
//
//	done, err := c.prepareRead(ctx, &err)      err = c.prepareRead(ctx)
//	if err != nil {                            if err != nil {
//		return err                                 return err
//	}                                          }
//	defer done()                               defer c.finishRead(ctx, &err)
//
// The closure and the variables that it captured by reference need no heap any
// more. The program must not notice: the cleanup runs with the same values, in
// the same order, on the same paths. Two things are exempt, as in every inliner:
// what a program sees of its own call stack (runtime.Caller, stack traces,
// profiles), and how much it allocates.
//
// Where that cannot be shown there is no plan but a [Refusal]: a [Code], a
// position, and one sentence. Refusing is right when unsure, and a defect when
// the rewrite could have been shown safe.
//
// # What becomes of a capture
//
// A closure carries the variables it captures. A method call carries only its
// receiver and arguments. For each capture the first way is taken that gives
// finish the value which the closure would have seen when it ran ([Route]):
//
//   - not at all, if the cleanup sets the variable before it reads it: finish
//     declares one of its own;
//   - the receiver, if the site can call finish on the same operand again;
//   - a parameter, if the site can pass the same argument again;
//   - the caller's variable that receives a result of prepare, if prepare
//     returns the captured variable there;
//   - the state: what prepare returns in the cleanup's place. One value is
//     returned as itself; several become the fields of a small struct, returned
//     by value, and finish a method on it. A variable that others may still
//     change travels by its address: it is on the heap anyhow.
//
// # Hazards
//
// Each of the following is a way in which a naive rewrite, search and replace
// with good intentions, changes a program. The names in brackets are programs in
// testdata/cases that print something else when the hazard is not met.
//
// A deferred call reads its arguments early. "defer done()" evaluates done and
// nothing else; the variables that the closure captured are read when it runs, at
// the end of the function. "defer finish(n)" reads n on the spot. For prepare's
// own variables this cannot matter once prepare has returned, for nobody is left
// to assign them (or somebody is, and then the address travels). Within prepare
// it does: there, "defer done()" followed by an assignment becomes
// "defer func() { finish(n) }()". [prepare-defers-then-assigns]
//
// An argument is not what it was. Prepare was called with the value that name had
// at the call; if the caller assigns name before it defers the cleanup, the same
// word means another value. Only an operand that is stable between the two is
// repeated; any other is put in a variable before the call, or travels in the
// state. And when one operand moves ahead of the call, those with effects that
// stood before it have to move too, in their order.
// [argument-changes, order-of-evaluation]
//
// An operand may not be there. &o.field where o is nil panics before prepare has
// begun; handed to finish alone, it would panic at the end of a function that should
// never have begun either. What follows a pointer is evaluated where it was.
// [operand-follows-nil]
//
// The operand is a cleanup. In "outer := begin(inner)" the operand changes as well,
// and its old text means nothing in a second place. [operand-uses-cleanup]
//
// An operand alone has another type. In p(1<<n) with a parameter of type int64
// the shift is made on an int64; in v := 1 << n it is made on an int. Constants,
// untyped comparisons and such shifts do not leave the call. [argument-untyped]
//
// A receiver hides a pointer. If prepare is promoted through an embedded pointer,
// o.prepare() loads o.base, and o.finish() loads it again, which may be another
// base by then. [embedded-reassigned]
//
// A value receiver is a copy. The closure kept the copy of the time of the call;
// finish would copy what the operand has become. [value-receiver]
//
// The same word, another variable. At the use, an inner declaration may have
// taken the name of an argument, of the result, of the package. Every name that
// is repeated must still mean the same object where it is repeated.
// [result-pointer-shadowed, name-shadowed-at-site]
//
// := declares less, and more. "done, err := p()" where err is a result of the
// function declares done alone; without done it declares nothing, and must
// become "err = p()". In a nested block the same line declares a new err, and
// must stay ":=". [result-pointer-nested-literal]
//
// A declaration is in the way. "n := cost()" before the call is a line that no goto
// may jump over; there it is not put. [goto-over-hoist, goto-over-declaration]
//
// The cleanup was nil. On an early return prepare gives nil and an error. A
// caller that never looks at the error would have called nil and panicked; now
// it would clean up what was never set up. So the error of each such return must
// be certain, and its check must stand between the site and every use; or the
// caller asks whether the cleanup is nil, and the state answers. [unguarded-nil,
// check-error-and-ok]
//
// A test tells of its own time. "if done != nil { defer func() { done() }() }" has
// looked when the literal was deferred; done runs at the end, and holds by then what
// a later call, or a literal called in between, has put there.
// [outer-deferred-then-set, outer-set-in-literal, check-switch-break]
//
// The cleanup did nothing. "return func() {}, err" lets a caller defer before it
// checks the error; "return func() {}" without an error is a success with nothing
// to undo. A direct call of finish undoes it all the same, unless the state says
// not to. [defer-before-check, idle-on-success-literal]
//
// The cleanup keeps state. A flag "closed" that the cleanup sets and reads makes
// a second run harmless; a copy of the flag in each call does not. What is shared
// stays one variable, and its address travels.
// [closed-flag, double-call]
//
// A panic returns, too. Where prepare recovers, it hands out what its results hold: a
// cleanup, if a statement has put one there, although no return statement has run, or
// nil, beside the error that it makes of the panic. What it defers for that need not be
// a literal: functions hand on func values.
// [recover-after-bind, recover-sets-error, recover-handed-on]
//
// One body for two variables. Returns that hand out the same text share a finish,
// and so the way in which it gets what they call by the same name.
// [same-name-one-returned]
//
// It runs again without being called twice. One "done()" in the condition of a loop
// is many; so is one in a loop around which the variable was declared, and keeps the
// cleanup of the turn before. [use-in-for-condition, outer-used-again]
//
// What is copied must not be. A closure shares a local mutex, a struct of the state
// would have a copy of it, unlocked for nobody. Its address travels. [lock-in-local]
//
// The cleanup borrows a variable. "err = os.Chdir(dir)" in a cleanup sets prepare's
// err, and "err := os.Chdir(dir)" in finish does as well, as long as nothing reads
// before it is set, on any path, and nobody else ever reads what the cleanup left.
// [capture-set-anew, capture-set-late]
//
// Somebody else writes. A goroutine or a callback that prepare started may assign
// a captured variable after prepare has returned; the closure would have seen it.
// [shared-goroutine]
//
// Loops were different once. In a file of a Go version before 1.22 all turns share
// the variable of the loop, and whoever deferred a cleanup over it sees the last
// value. [old-loop-inner-defer, review-old-loop-variable]
//
// recover works only in the function that is deferred. "defer finish()" is as good
// as "defer done()", "defer func() { finish() }()" is not: a cleanup that recovers
// is never wrapped. [recover-direct, recover-wrapped]
//
// The result is not yet what it will be. A cleanup that captures prepare's own
// named result reads it after the return statement has set it, and after
// prepare's deferred functions have changed it. [own-result]
//
// By value stays by value. "defer done(err)" passes the error of the moment, which
// is nil; it looks like a mistake, and often is one, and is not ours to mend.
// [argument-eager]
//
// A name was taken. finishRead may be a field, a promoted method, a local of some
// caller, or a function of the build for Windows; a new method Close or Unlock may
// make the type an io.Closer or a sync.Locker, and so may prepare itself, with its
// func result gone: type assertions find that out at run time. New names are
// names that nobody uses. [name-taken-field, name-implements-interface]
//
// A word is not what it says. nil, true, error and new can be declared anew, like any
// name; where one is, nothing is written that needs it.
// [predeclared-again, inner-new-shadowed]
//
// Another type argument. Prepare inferred T from all of its operands, finish has
// some of them, and an operand of an interface type or of a named one may lead it
// to another T. Each operand that finish infers from must have the very type that
// prepare found; what the caller wrote out is written out again.
// [review-generic-interface-chosen, generic-phantom]
//
// A name of a type gets lost. A cleanup that is a context.CancelFunc stays one in a
// field of that type, and becomes a plain func() in "stop := cancel" once it is a
// literal around finish. [value-named-type]
//
// Somebody else depends on the signature: an interface, a variable of func type, a
// linkname, even one in a package that imports nothing of ours, assembly, a file
// for another system, generated code, another module of the repository that may
// import what is internal here. Each of them refuses.
// [interface-method, interface-out-of-sight, linkname-pull, ignored-file]
//
// # The limit
//
// Reflection finds exported methods by their names: reflect's Method and
// MethodByName, and with them text/template, call a method that no code names, and
// count the methods of a type. Nothing here sees that. It concerns exported methods
// alone, which are rewritten where all callers are at hand (package main, internal
// packages) or where somebody asks for it (-exported).
package plan
