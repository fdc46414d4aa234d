// Package plan decides whether a prepare function can be rewritten, and how.
//
// # The contract
//
// A [Plan] turns the cleanup of a prepare function (see package pattern) into a
// function or method, called finish here, and the uses of the cleanup into calls of it.
// The behavior of the program must not change: the cleanup runs with the same values,
// in the same order, on the same paths. If that cannot be shown, there is no plan but a
// [refusal.Refusal]: a [refusal.Code], a position and a sentence.
//
// There is one assumption: where an error is nil, the other results are good. So no program
// calls a nil cleanup. A program that does crashes there; what it does after the rewrite is
// not promised. And a pointer, interface or func that prepare got together with an error,
// which it found nil, is not nil, if the cleanup would certainly crash otherwise. A method
// of a pointer may work on nil. [idle-nil-receiver] The assumption does not concern
// cleanups that are called and do nothing: those still do nothing.
//
// As in every inliner, two things may change: what a program sees of its own call stack
// (runtime.Caller, stack traces, profiles), and how much it allocates.
//
// # Four forms
//
// A closure carries the variables that it captures. There are four ways to do without
// it. Decide takes the first one whose conditions hold.
//
// In the form [Direct], prepare returns nothing in place of the closure. Every capture
// is the receiver, a parameter or a result of prepare, and every site can write the
// same operand again:
//
//	done, err := c.prepareRead(ctx, &err)      err = c.prepareRead(ctx)
//	if err != nil {                            if err != nil {
//		return err                                 return err
//	}                                          }
//	defer done()                               defer c.finishRead(ctx, &err)
//
// The result reads as if its author had written it so. The conditions are strict and
// few (see package flow): an operand is a constant, a variable, or a part of one, that nothing
// sets between the call of prepare and that of the cleanup, or the address of a variable.
// [operand-assigned-elsewhere, operand-field]
//
// A result that a caller assigns to _ is assigned to a variable with the name of the
// capture, if that name is free in the block of the variable:
//
//	dir, _, cleanup := start("one")            dir, srv := start("one")
//	defer cleanup()                            defer stop(srv)
//
// Finish is a method of prepare's receiver if the cleanup uses that, and otherwise a function,
// unless its name alone would say too little: release. [receiver-unused]
//
// A prepare function that does nothing but return its cleanup would be empty. Finish takes
// its place, and its calls go: defer catch(&err)() becomes defer catch(&err). [prepare-empty]
// So it does if prepare reads the clock, too, and callers call or defer the cleanup there and then:
// defer elapsed("parse")() becomes defer elapsed("parse", time.Now()). [clock]
//
// In the form [Value], prepare returns a single value in place of the closure: a local
// variable, or a bool that says whether there is something to clean up. Finish takes it
// as an argument. For all other captures the conditions of Direct hold. If there are none, it does not
// matter which call of prepare set the variable. The caller's
// variable gets the name of the value, which must be free, as above: [value-declared-before]
//
//	done := c.begin("x")                       start := c.begin("x")
//	defer done()                               defer c.end("x", start)
//
//	defer c.begin("x")()                       start := c.begin("x")
//	                                           defer c.end("x", start)
//
// [value-apart]
//
//	release := t.acquire(off)                  acquired := t.acquire(off)
//	if release == nil {                        if !acquired {
//		return                                     return
//	}                                          }
//	defer release()                            defer t.release(off)
//
// Finish takes the bool only if callers may call an empty cleanup. It then does nothing
// if the bool is false. If the value is nil exactly when there is nothing to clean up,
// no bool is needed: finish or the caller compares the value with nil. Nor is it if the cleanup does nothing with a nil value,
// and a caller that compares does no more than to call it. [value-does-nothing-if-nil]
// Nor is it if a parameter or the receiver says so at each return. Callers pass it to finish. [parameter-tells, receiver-tells]
//
// In both forms, a cleanup that does nothing but call a method of a pointer that callers
// have then, or of a value that needs none, or a function with such variables, needs no finish. They call the method or
// function, unless it may recover, because it could not when the literal called it.
// [existing-method, existing-function, value-own-method]
//
//	c, done := start(h)                        c, srv := start(h)
//	defer done()                               defer srv.Close()
//
// In the form [Handed], prepare returns a struct of what the closure would have
// captured, and finish is a method of that struct:
//
//	done := c.track(name())                    done := c.track(name())
//	…                                          …
//	return done(err)                           return done.finish(err)
//
// No operand is evaluated a second time, and the statements of callers stay as they
// are, except that calls of the cleanup get the name of the method. So little can go
// wrong at a caller. What can is described below.
//
// A variable whose name says what a func does gets the name of a thing, everywhere in its
// function, if some such name has no meaning in its block before:
//
//	stopTimer := startTimer()                  timer := startTimer()
//	defer stopTimer()                          defer timer.stop()
//
// [name-noun]
//
// A caller may have other funcs in the variable of the cleanup before or after. The site has the part of the variable
// that is used where nothing else can have set it, and that gets a variable of its own. What is left is declared by
// the next statement that sets it, if the site declared it:
//
//	ctx, cancel := watch(ctx)                  ctx, state := watch(ctx)
//	defer cancel()                             defer state.cancel()
//	ctx, cancel = context.WithCancel(ctx)      ctx, cancel := context.WithCancel(ctx)
//	defer cancel()                             defer cancel()
//
// [variable-parts, variable-parts-seen]
//
// A func that does nothing may stay in the variable: the zero state does nothing either. [variable-nothing-first]
//
//	cancel := func() {}                        var state watchState
//	if t > 0 {                                 if t > 0 {
//		ctx, cancel = watch(ctx, t)                ctx, state = watch(ctx, t)
//	}                                          }
//	defer cancel()                             defer state.cancel()
//
// A pointer to a variable of the caller is not a field of the struct if callers can
// pass it again. Escape analysis does not distinguish the fields of a struct, so one
// field that escapes would move the variable to the heap again. Such a pointer is an
// argument of finish: defer done.finish(&err). A context is none either, if all callers only call
// the cleanup and can pass the context again. [context-passed-again]
//
// Where the cleanup takes a context first, so does finish. What it captures follows. [context-first]
//
// Finish asks a field whether there is something to do if that is zero only where there is nothing, as the receiver
// that prepare has used is not, nor a path that it has joined or opened. So do callers that ask, unless the field is a number.
// Finish asks nothing if the cleanup does nothing where a field is nil. Otherwise the struct has a bool. [state-field-tells, told-by-path]
//
// If prepare returns one of two cleanups, the struct says which: by a captured value that is
// nil for one of them, or by a bool. The bool has a name from the code, or there is no
// plan. Statements that both have at their start or end are written once, unless they
// declare something, since what follows them may be in another block:
//
//	if dirty == 0 {                                 c.unlock()
//		return func() { c.unlock() }                if s.flushConn {
//	}                                                   c.flush()
//	return func() { c.unlock(); c.flush() }         }
//
// [several-literals-shared]
//
// In the form [Bound], the cleanup is not a literal but a method value whose receiver is a
// pointer. Prepare returns that pointer, which it evaluates where it evaluated the method
// value, and callers call the method itself:
//
//	unlock := t.lock()                         mu := t.lock()
//	defer unlock()                             defer mu.Unlock()
//
// A function may return the cleanup to its own callers, by return prepare(…) or through a
// variable. If its signature can change too, it returns the state as it returned the
// cleanup, and its callers are sites. The form is Handed then, because these callers do not
// have the operands of the call of prepare:
//
//	func (c *Conn) read() func() { return c.track("read") }      // read() trackState
//
// A function may return all results of the call though its own signature must stay, for example because
// an interface requires it. It gets a method value then, and is the only caller that gains nothing:
//
//	return c.track("read")               n, cleanup := c.track("read")
//	                                     return n, cleanup.finish
//
// Where there may be no cleanup, it asks the state, and returns nil. [returned-by-fixed]
//
// The form is Direct without these functions if other callers call the cleanup, or if the
// cleanup needs a single value, which prepare returns anyway. They return a literal that calls
// finish then, so the next round rewrites them: their callers call finish.
// [forwarder-returns-value]
//
// # Literals in local variables
//
// A prepare function may be a literal in a local variable. Then finish is a literal in a variable that is
// declared behind it, in the same block, or before it if prepare calls finish or the cleanup means something else by
// prepare's name. Both see the same variables of the enclosing function, so these
// are no captures: the forms and their conditions are those of a declared function, for which
// such variables are like those of the package. [local-literal, local-literal-forms]
//
//	init := func() (*db, func()) {          init := func() (*db, initCleanup) {
//		…                                       …
//		return d, func() { … }                  return d, initCleanup{d: d, h: h}
//	}                                       }
//	                                        finish := func(s initCleanup) { … }
//	d, done := init()                       d, done := init()
//	defer done()                            defer finish(done)
//
// The state is the first argument of finish, since a type that is declared in a function has no methods. The
// new names appear nowhere else in the enclosing declaration. [local-literal-names]
//
// The variable of prepare must only be called: nothing else can set it, and no other code gets the
// function. [local-literal-refused]
//
// # How a plan is made
//
// [Decider.Decide] in decide.go calls the stages in their order. A stage is a function
// in a file of its own. It takes the prepare function, its sites and what earlier stages
// have found, and returns what it finds, or a refusal:
//
//	callers.Check   who calls the function; may each place that depends on it change?
//	forward.go      which functions return the cleanup to their own callers
//	literals.go     which cleanups the function returns
//	values.go       what the sites do with a cleanup, other than to call it; returned.go has
//	                functions that return it on and must not change
//	printlike.go    would go vet check calls of it that it does not check now?
//	initialize.go   what package initialization refers to
//	shared.go       which captured variables may change after the return, and, in
//	                reset.go, which ones the cleanup sets before it reads them
//	idle.go         the returns without a cleanup; check.go has what a check tells
//
// The other stages depend on the form: how each capture reaches finish (direct.go,
// value.go, handed.go), new names for variables of callers (rename.go), calls within
// prepare (inner.go), parameters that prepare no longer needs (drop.go), the struct
// (state.go), the name and parameters of finish (finish.go) or the method that it is already
// (existing.go), the statements of each site (statements.go), and declarations that go
// (unused.go).
//
// # Hazards of all forms
//
// In each of the following ways a naive rewrite changes a program. The names in brackets
// are programs in testdata/cases that print something else if the rewriter ignores the
// hazard.
//
// A closure sees a variable as it is when it runs. If a goroutine, a callback or a
// second run of the cleanup may set the variable after prepare has returned, the state
// holds its address. That costs nothing, because the variable is on the heap already. A
// method with a pointer receiver and a slice of an array take an address implicitly.
// [shared-goroutine, address-implicit]
//
// If nothing but runs of the cleanup uses the variable by then, it is a field of the state, and prepare
// returns a pointer to that. The pointer is nil where there is nothing to do. [closed-flag, state-shared-by-runs]
//
//	closed := false                  return &openState{f: f, closed: closed}
//	return func() {
//		if !closed {
//			closed = true
//			f.Close()
//
// A variable of prepare may hold one of several cleanups, or none, when prepare returns
// it. It becomes a variable for the state, which the same statements set. A captured
// variable may change after such a statement, by another statement, the next iteration
// of a loop, or a return statement. The state then holds its address. A statement that sets
// the variable to a cleanup that does nothing goes, if nothing touches the variable before:
// it is zero then, but not in a loop. A variable or result of one cleanup, which several
// statements return or call, holds the state, too, unless a captured variable may change after it is
// set. [zero-state-set, state-kept, state-kept-result, choice-changes-since, choice-two-at-once, choice-used-inside]
//
// A deferred literal of prepare may compare such a variable with nil, or run what it holds.
// It then compares the state. A cleanup that does nothing is not nil. [choice-in-literal]
//
// A lock must not be copied. The state holds its address. [lock-in-local]
//
// A deferred call evaluates its arguments at the defer statement. "defer done()"
// evaluates only done. Within prepare, where the captured variables may still change,
// it becomes "defer func() { finish(n) }()". [prepare-defers-then-assigns]
//
// A return statement sets the results. A cleanup that captures a result of prepare
// reads it after the return statement has set it, and after prepare's deferred
// functions have changed it. [own-result, assigned-by-deferred]
//
// A return statement may return a cleanup that does nothing. "return func() {}, err"
// lets a caller defer before it checks the error. Finish then does nothing: a field of
// the struct or a bool says so, unless the error does. A captured value may say so,
// too, if it is nil, "" or 0 exactly then: an if statement says that it is something else
// wherever there is something to do, or the assumption does. [value-flag,
// defer-before-check, idle-on-success-literal, idle-told-by-nil, idle-told-by-zero]
//
// A function that does nothing in one build may do something in another one, and a
// variable that holds such a function may be set. [idle-noop-not]
//
// A caller may compare the cleanup with nil, and may set its variable again later. A
// field of the struct answers, in the same variable. [nil-test, outer-variable]
//
// A method value evaluates its receiver at the return. One of a nil interface panics there,
// and one of a method without a pointer receiver holds a copy. The form Bound has neither.
// [method-value-not-bound]
//
// In other forms a method value is treated like a literal that calls the method. That
// evaluates the operand later, so the variable in it must keep its value, no field on the
// way may be a pointer or interface, and it must not panic at once. The method is not
// deferred itself any more, so it must not call recover. [method-value-idle,
// method-value-operand]
//
// A method value is never nil. A cleanup that may be nil is not passed as a value to
// code that may compare it with nil. [value-nil]
//
// A result can be returned without being named. A function that returns the cleanup to its
// own callers may do so by a bare return, or by recovering from a panic. Its result holds
// the state wherever it held the cleanup. [forwarded-bare-return]
//
// A panic may end in a return. If prepare recovers, it returns what its results hold,
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
// A value may lose its named func type. In "stop := cancel" with a context.CancelFunc,
// a method value in place of cancel has another type, so a conversion is added.
// [value-named-type]
//
// Package variables are initialized in the order of the references between their
// initializers. References in the closure count as references of prepare.
// [package-level-use]
//
// A new name may be taken. A new function, type or method may hide a declaration or be
// hidden by one. A new method may make the type implement io.Closer or sync.Locker, and
// so may prepare once it has no func result. Type assertions find that out at run time.
// [name-taken-field, name-implements-interface]
//
// Predeclared names can be declared again. In the scope of such a declaration the
// rewrite writes nothing that needs the predeclared meaning. [predeclared-again]
//
// Other code may depend on the signature: an interface, a variable of func type, a
// linkname directive, assembly, a file for another system, generated code, another
// module of the repository. Each of these is a reason to refuse. [interface-method,
// interface-out-of-sight, linkname-pull, ignored-file]
//
// go vet, and so go test, checks calls of a declared function that wraps fmt.Printf. It
// does not check calls of a returned literal. [print-wrapper]
//
// # Hazards of writing an operand again
//
// These hazards concern the forms Direct and Value, and are the reason for their strict
// conditions. An operand may have another value when finish is called
// [argument-changes, receiver-reassigned], panic only at the call of prepare
// [operand-follows-nil], have an effect [order-of-evaluation], hide a pointer that
// changes [embedded-reassigned] or a copy [value-receiver], get another type
// [argument-untyped], name something else at the use [result-pointer-shadowed,
// name-shadowed-at-site], or belong to another iteration of a loop [outer-used-again].
// The form Handed evaluates no operand twice, so it has none of these hazards.
//
// A new variable may hide another one. The name for a result that was assigned to _
// must have no meaning in its block before, nor be declared in there, and only one call may bring
// it to a block and the blocks around it. Fixes for a package bring names to a function
// one at a time. [result-named-at-site, result-not-named, value-name-taken]
//
// A bare value can be mistaken for something else. A func could be called as the
// cleanup was, an error be taken for that of the call, and a lock be copied. A variable
// named done that holds a number misleads readers. [value-not-alone,
// value-named-result, value-generic]
//
// := declares fewer variables. "done, err := p()", where err is a result of the
// function, declares only done. Without done it declares nothing, and must become "err
// = p()". In a nested block the same line declares a new err, and must keep ":=".
// [result-pointer-nested-literal]
//
// # The limit
//
// Reflection finds exported methods by their names: with reflect's Method and
// MethodByName, text/template and others call methods that no code names, and count the
// methods of a type. No check finds that. It concerns only exported methods, which are
// rewritten if all callers are loaded (package main, internal packages) or on request
// (-exported).
package plan
