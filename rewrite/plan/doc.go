// Package plan decides whether a prepare function can be rewritten, and how.
//
// # The contract
//
// A [Plan] turns the cleanup of a prepare function (see package pattern) into a
// function or method, finish, and the uses of the cleanup into calls of it. The
// program must not notice: the cleanup runs with the same values, in the same
// order, on the same paths. Where that cannot be shown there is no plan but a
// [refusal.Refusal]: a [refusal.Code], a position, and one sentence.
//
// One assumption is made: nobody calls a nil cleanup. A program that does crashes
// there; what it does after the rewrite is not promised. The assumption says
// nothing about cleanups that are called and do nothing: those still do nothing.
//
// Exempt, as in every inliner: what a program sees of its own call stack
// (runtime.Caller, stack traces, profiles), and how much it allocates.
//
// # Three forms
//
// A closure carries the variables that it captures. There are three ways to do
// without it. The first whose conditions hold is taken.
//
// [Direct] hands nothing over. Every capture is the receiver, a parameter or a
// result of prepare, and every site can write the same operand again:
//
//	done, err := c.prepareRead(ctx, &err)      err = c.prepareRead(ctx)
//	if err != nil {                            if err != nil {
//		return err                                 return err
//	}                                          }
//	defer done()                               defer c.finishRead(ctx, &err)
//
// It reads as the author would have written it, and its conditions are strict and
// few (see package flow): a constant, a variable that nothing but its declaration
// sets, or the address of a variable. Anything else is another form.
//
// A result that a caller blanks gets the name of the capture, where that name is free in
// the whole function. It would be returned twice otherwise:
//
//	dir, _, cleanup := start("one")            dir, srv := start("one")
//	defer cleanup()                            defer stop(srv)
//
// [Value] hands over one thing where the conditions of Direct hold for all else: a local
// variable of prepare, or whether there is something to do. Prepare returns it in the
// closure's place, and finish takes it. The variable of a caller gets its name, and that
// name must be free, as above:
//
//	done := c.begin("x")                       start := c.begin("x")
//	defer done()                               defer c.end("x", start)
//
//	defer c.begin("x")()                       defer c.end("x", c.begin("x"))
//
//	release := t.acquire(off)                  acquired := t.acquire(off)
//	if release == nil {                        if !acquired {
//		return                                     return
//	}                                          }
//	defer release()                            defer t.release(off)
//
// Finish takes the bool only where an empty cleanup may be called, and does nothing then.
// A value that is nil only where there is nothing to do needs no bool: finish or the caller
// compares it with nil.
//
// [Handed] puts the environment of the closure in the closure's place. Prepare
// returns a struct of what the closure would have captured, and finish is a method
// of that struct:
//
//	done := c.track(name())                    done := c.track(name())
//	…                                          …
//	return done(err)                           return done.finish(err)
//
// Nothing is evaluated a second time, and the statements of the callers stay what
// they are: only the name of the method is added where the cleanup was called. A
// call is an expression wherever it stands. So there is little that can go wrong
// at a caller, and what can is below.
//
// A pointer to a variable of the caller is no part of the struct where callers can
// pass it again. The compiler's escape analysis does not tell the fields of a
// struct apart, and one field that leaks would move the variable to the heap
// again. Such a pointer is an argument of finish: defer done.finish(&err).
//
// # How a plan is made
//
// [Decider.Decide] in decide.go calls the stages in their order. A stage is a function
// in a file of its own. It takes the prepare function, its sites and what earlier stages
// have found, and returns what it finds, or a refusal:
//
//	callers.Check   who calls the function; may each place that depends on it change?
//	literals.go     which cleanups the function returns
//	values.go       what the sites do with a cleanup, other than to call it
//	printlike.go    would go vet check calls of it that it does not check now?
//	initialize.go   what package initialization refers to
//	shared.go       which captured variables may change after the return, and, in
//	                reset.go, which ones the cleanup sets before it reads them
//	idle.go         the returns without a cleanup; check.go has what a check tells
//
// The rest depends on the form: how each capture reaches finish (direct.go, value.go,
// handed.go), new names for variables of callers (rename.go), calls within prepare (inner.go), parameters that prepare no longer needs (drop.go),
// the struct (state.go), the name and parameters of finish (finish.go), and the
// statements of each site (statements.go).
//
// # Hazards of all forms
//
// In each of the following ways a naive rewrite changes a program. The names in brackets
// are programs in testdata/cases that print something else if the rewriter ignores the
// hazard.
//
// A closure sees a variable as it is when it runs. If a goroutine, a callback or a
// second run of the cleanup may set the variable after prepare has returned, its
// address travels, which costs nothing: the variable is on the heap already. An
// address is taken implicitly, too, by a method with a pointer receiver, or by
// slicing an array. [shared-goroutine, closed-flag, address-implicit]
//
// A variable of prepare may hold one cleanup or another, or none, when prepare returns it.
// It becomes a variable for the state, set where it was set. What a closure captures may
// change after that statement, by another one, the next turn of a loop, or a return: its
// address travels. [choice-changes-since, choice-two-at-once, choice-used-inside]
//
// A lock must not be copied. The state holds its address. [lock-in-local]
//
// A deferred call reads its arguments early. "defer done()" evaluates done and
// nothing else. Within prepare, where the captured variables may still change, it
// becomes "defer func() { finish(n) }()". [prepare-defers-then-assigns]
//
// A result changes at the return. A cleanup that captures prepare's own result reads it after the return statement has set it, and after prepare's
// deferred functions have changed it. [own-result, assigned-by-deferred]
//
// An idle return may hand out a cleanup that does nothing. "return func() {}, err" lets a
// caller defer before it checks the error. Finish does nothing then: a field of the
// struct or a bool says so, unless the error does. A captured value that is nil only then says
// it as well; one that may be nil where there is something to do must not.
// [value-flag, defer-before-check, idle-on-success-literal, idle-told-by-nil]
//
// A caller asks whether the cleanup is nil, and may set its variable again
// meanwhile. The struct answers, in the same variable. [nil-test, outer-variable]
//
// A method value is never nil. A cleanup that may be nil is not passed as a value to
// code that may compare it with nil. [value-nil]
//
// A panic can end in a return. Where prepare recovers, it returns what its results hold,
// which is a cleanup if a statement has assigned one. [recover-after-bind]
//
// recover works only in the function that is deferred. A cleanup that recovers is
// never wrapped. [recover-direct, recover-wrapped]
//
// A cleanup may use a variable of prepare as its own. "err = os.Chdir(dir)" in a cleanup
// becomes "err := os.Chdir(dir)" in finish if the cleanup sets the variable before it
// reads it, on every path, and nothing else reads what the cleanup leaves there.
// [capture-set-anew, capture-set-late]
//
// Arguments stay as they are. "defer done(err)" passes the value that err has at the defer
// statement. Often that is a mistake; the rewrite keeps it, and eager-argument reports it.
// [argument-eager]
//
// A named func type may get lost. A method value in place of a context.CancelFunc, as in
// "stop := cancel", has another type, so a conversion is written. [value-named-type]
//
// Package variables are initialized in the order of the references between their
// initializers. A reference within the closure is one of prepare. [package-level-use]
//
// A new name may be taken. A new function, type or method may hide or be hidden, and a new
// method may make the type an io.Closer or a sync.Locker, as may prepare itself
// with its func result gone: type assertions find that out at run time.
// [name-taken-field, name-implements-interface]
//
// Predeclared names can be declared again. Where a file or scope does so, the rewrite
// writes no text that needs the predeclared meaning. [predeclared-again]
//
// Other code may depend on the signature: an interface, a variable of func type, a
// linkname, assembly, a file for another system, generated code, another module of
// the repository. Each of them refuses.
// [interface-method, interface-out-of-sight, linkname-pull, ignored-file]
//
// A wrapper of fmt.Printf is checked by go vet, and so by go test, as soon as it is a
// function. A literal that is returned is not. [print-wrapper]
//
// # Hazards of writing an operand again
//
// These hazards concern the forms Direct and Value. They are the reason why the
// conditions of these forms are strict. An operand may have another value when finish is called
// [argument-changes, receiver-reassigned], panic where it stood [operand-follows-nil],
// have an effect [order-of-evaluation], hide a pointer that changes
// [embedded-reassigned] or a copy [value-receiver], take another type
// [argument-untyped], name something else at the use [result-pointer-shadowed,
// name-shadowed-at-site], or belong to another iteration of a loop
// [outer-used-again]. The form Handed evaluates no operand twice, so that none of
// this can happen to it.
//
// A new variable hides another. The name that a blank result gets means nothing in the
// function before, nor in the file, and one call alone brings it to a block and those
// around it. Fixes for a package bring names to a function one at a time.
// [result-named-at-site, result-not-named, value-name-taken]
//
// A value that is handed over as it is can be mistaken. A func could be called as the
// cleanup was, an error be taken for that of the call, a lock be copied; a variable named
// done that holds a number misleads. [value-not-alone, value-named-result, value-generic]
//
// := declares less. "done, err := p()" where err is a result of the function
// declares done alone; without done it declares nothing, and must become
// "err = p()". In a nested block the same line declares a new err, and must stay
// ":=". [result-pointer-nested-literal]
//
// # The limit
//
// Reflection finds exported methods by their names: reflect's Method and
// MethodByName, and with them text/template, call a method that no code names, and
// count the methods of a type. Nothing here sees that. It concerns exported methods
// alone, which are rewritten where all callers are loaded (package main, internal
// packages) or where somebody asks for it (-exported).
package plan
