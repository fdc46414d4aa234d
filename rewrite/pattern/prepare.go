package pattern

import (
	"go/ast"
	"go/types"

	"github.com/closurefix/closurefix/rewrite/flow"
)

// A Key identifies a function or method in all units, variants and build configurations,
// which have different objects for it.
type Key struct {
	Pkg  string // package path
	Recv string // name of the receiver's base type, without pointer; "" for a function
	Ptr  bool   // the receiver is a pointer
	Name string
}

// KeyOf returns the key of a function or method. Instances of a generic
// function share the key of their origin.
func KeyOf(f *types.Func) Key {
	f = f.Origin()
	k := Key{Name: f.Name()}
	if f.Pkg() != nil {
		k.Pkg = f.Pkg().Path()
	}
	if recv := f.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			k.Ptr = true
			t = p.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			k.Recv = n.Obj().Name()
		}
	}
	return k
}

// String returns the name as in (*Conn).prepareRead, Conn.prepareRead or prepare.
func (k Key) String() string {
	switch {
	case k.Recv == "":
		return k.Name
	case k.Ptr:
		return "(*" + k.Recv + ")." + k.Name
	}
	return k.Recv + "." + k.Name
}

// A Kind is a kind of prepare function, by the captures of its cleanup, which determine
// what a call costs. Its string is the category of the diagnostic.
type Kind string

const (
	// KindResultPointer: the cleanup captures a pointer parameter, and callers pass the
	// address of a result or local. Each call allocates the closure and that variable.
	KindResultPointer Kind = "result-pointer"
	// KindOwnResult: the cleanup captures a named result of the prepare
	// function itself.
	KindOwnResult Kind = "own-result"
	// KindPointerArgument: the cleanup takes a pointer. Called through a func value, it
	// moves the argument to the heap.
	KindPointerArgument Kind = "pointer-argument"
	// KindCapture: the cleanup captures only receiver, parameters and locals. Each call
	// allocates only the closure.
	KindCapture Kind = "capture"
)

// A Prepare is a prepare function: one of its results is a func that the function
// creates.
type Prepare struct {
	*flow.Facts
	Key    Key
	Decl   *ast.FuncDecl
	Func   *types.Func
	Result int              // index of the cleanup among the results
	Sig    *types.Signature // of the cleanup

	Literals []*Literal // the cleanups, in the order of their position
	Choices  []*Choice  // variables that hold one of several cleanups
	Empty    []*Literal // bound to variables, and doing nothing
	Returns  []*Return
	Made     []ast.Expr // other operands of return statements that create a func: method values, calls with a literal, literals of a variable that has several
	Inner    []*Use     // uses of the cleanup within the prepare function itself
	Captures []*Capture

	// Cleanups counts the results for which some return statement creates a func.
	// Others holds a Prepare for each of them except Result.
	Cleanups int
	Others   []*Prepare

	// LocalDecls are types, constants and functions that the prepare
	// function declares and a cleanup names.
	LocalDecls []types.Object
}

// A Literal is a cleanup: a function literal or a method value that some return statement
// returns.
type Literal struct {
	Lit    *ast.FuncLit
	Method *ast.SelectorExpr // the method value in whose place Lit stands, which is not in the source; nil for a literal
	Var    *types.Var        // the variable it is bound to, nil if it is returned as it stands
	Bind   ast.Stmt          // the statement that binds it to Var

	Choice *Choice // if Var holds one of several cleanups

	Captures []*Capture // those that this literal uses
}

// An Idleness is the kind of value that a return statement returns for the cleanup.
type Idleness int

const (
	Live       Idleness = iota // a literal of Literals
	IdleNil                    // nil
	IdleEmpty                  // a literal that does nothing
	Chosen                     // what a variable of Choices holds
	Forwarding                 // the cleanup of another function, in a forwarder
	Foreign                    // something else: a call, a method value, a parameter…
)

// A Return is a return statement of the prepare function.
type Return struct {
	Stmt    *ast.ReturnStmt
	Expr    ast.Expr // the operand that is the cleanup; nil in a naked or forwarding return
	Idle    Idleness
	Literal *Literal // if live
	Choice  *Choice  // if chosen

	Bound *ast.SelectorExpr // the operand, if it is a method value
}

// A Choice is a variable of the prepare function, perhaps its result, that is set to
// one of several cleanups, or to none. The function returns the variable, and may call
// or defer it or compare it with nil, perhaps in a deferred literal, but has no other use
// for it.
//
//	end := func() {}
//	if traced {
//		end = func() { c.close() }
//	}
//	return c, end
type Choice struct {
	Var   *types.Var
	Decl  *ast.ValueSpec // its declaration without a value, nil if it is a result or has one
	Sets  []Set
	Nil   bool // it may be nil at a return
	Empty bool // it may be a literal that does nothing
}

// A Set is a statement that sets a Choice.
type Set struct {
	Stmt    *ast.AssignStmt
	Index   int      // among the variables that the statement sets
	Literal *Literal // nil if the value is nil or does nothing
}

// A Class is the origin of a captured variable.
type Class int

const (
	Receiver Class = iota
	Param
	Result
	Local
)

// A Capture is a variable of the prepare function that a cleanup uses.
type Capture struct {
	Var   *types.Var
	Class Class
	Index int // among the parameters or results
	Uses  []*ast.Ident
}

// Live reports whether the return statement returns one of the literals.
func (r *Return) Live() bool { return r.Idle == Live }

// Shaped reports whether a func type may be that of a cleanup: it is not generic and has
// at most one result. Uses tell cleanups from options, iterators, handlers and
// comparators, which are not deferred.
func Shaped(sig *types.Signature) bool {
	return sig.TypeParams().Len() == 0 && sig.Results().Len() <= 1
}

// Type returns the type of the func that p returns, as p declares it.
func (p *Prepare) Type() types.Type { return p.Func.Signature().Results().At(p.Result).Type() }

// Plain reports whether a func type is almost certainly that of a cleanup: all parameters
// are errors, pointers to errors or contexts, and the only result, if any, is an error. A
// func of such a type may be a cleanup even if callers only call it. A type with methods is
// that of a task or handler.
func Plain(t types.Type) bool {
	if n, ok := types.Unalias(t).(*types.Named); ok && n.NumMethods() > 0 {
		return false
	}
	sig, ok := t.Underlying().(*types.Signature)
	if !ok || !Shaped(sig) || sig.Variadic() || sig.Results().Len() == 1 && !flow.IsError(sig.Results().At(0).Type()) {
		return false
	}
	for v := range sig.Params().Variables() {
		t := v.Type()
		if p, ok := types.Unalias(t).(*types.Pointer); ok {
			t = p.Elem()
		}
		if !flow.IsError(t) && !isContext(t) {
			return false
		}
	}
	return true
}

func isContext(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == "Context" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context"
}
