package spell_test

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"

	"github.com/closurefix/closurefix/rewrite/internal/snippet"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
)

func TestFinishNames(t *testing.T) {
	for _, test := range []struct{ prepare, word, does, want string }{ // the first two names
		{"prepareRead", "", "", "finishRead finishPrepareRead"},
		{"beginWrite", "", "", "endWrite finishWrite"},
		{"begin", "", "", "end finishBegin"},
		{"BeginWrite", "", "", "EndWrite FinishWrite"},
		{"setUp", "", "", "tearDown finishSetUp"},
		{"setUpAll", "", "", "tearDownAll finishAll"},
		{"prepareToDrop", "", "", "finishDrop finishPrepareToDrop"},
		{"oneOff", "", "", "finishOneOff cleanupOneOff"},
		{"newFile", "remove", "", "removeFile finishFile"},
		{"trace", "stop", "", "stopTrace finishTrace"},
		{"newFile", "closeAll", "", "closeFile closeAll"},
		{"newFile", "", "", "finishFile finishNewFile"},
		{"visitNode", "", "", "finishNode finishVisitNode"},
		{"openFile", "cleanup", "", "closeFile finishFile"}, // says less than the pair
		{"tempSetIgnoreErrors", "", "restore", "restoreIgnoreErrors finishIgnoreErrors"},
		{"setTempObject", "", "restore", "restoreObject finishObject"},
		{"newTempSocket", "", "remove", "removeTempSocket finishTempSocket"},
		{"hideCursor", "", "restore", "showCursor finishCursor"},
		{"getPartsForTimeRange", "decRefPws", "", "decRefParts decRefPartsForTimeRange"},
		{"createHostPathForMount", "clearHostPath", "", "clearHostPath clearHostPathForMount"},
		{"addTimeSample", "", "Observe", "observeTimeSample finishTimeSample"},
		{"profile", "", "stop", "stopProfile finishProfile"},
		{"bringUpNetwork", "restore", "", "restoreNetwork finishBringUpNetwork"},
		{"CloseModuleOnCanceledOrTimeout", "", "", "FinishCloseModule CleanupCloseModule"},
		{"Initialize", "", "", "Cleanup FinishInitialize"},
		{"getTables", "", "", "releaseTables finishTables"},
		{"Get", "", "", "ReleaseGet FinishGet"},
		{"getTables", "decr", "", "decrTables releaseTables"},
		{"buildFilterFunc", "", "", "finishFilter finishBuildFilter"},
		{"enterLoopInSend", "", "", "exitLoopInSend finishLoopInSend"},
		{"MountStubsCleaner", "", "", "CleanMountStubs FinishMountStubsCleaner"},
	} {
		got := spell.FinishNames(test.prepare, test.word, test.does)
		if text := strings.Join(got[:2], " "); text != test.want {
			t.Errorf("%s, %q, %q: %s, want %s", test.prepare, test.word, test.does, text, test.want)
		}
		for i, n := range got {
			if ast.IsExported(n) != ast.IsExported(test.prepare) {
				t.Errorf("%s is named %s", test.prepare, n)
			}
			if slices.Contains(got[:i], n) && i < 2 {
				t.Errorf("%s: %s is there twice", test.prepare, n)
			}
		}
	}
}

func TestPartner(t *testing.T) {
	for _, test := range []struct {
		prepare, name string
		want          bool
	}{
		{"createHeapProfile", "writeHeapProfile", true},
		{"createHeapProfile", "createHeapProfile", false},
		{"createHeapProfile", "heapProfile", false},
		{"createHeapProfile", "writeProfile", false},
		{"readFile", "oldFile", false},
		{"readFile", "inFile", false},
		{"read", "write", false},
	} {
		if got := spell.Partner(test.prepare, test.name); got != test.want {
			t.Errorf("%s, %s: %v", test.prepare, test.name, got)
		}
	}
}

func TestStateNames(t *testing.T) {
	for _, test := range []struct{ recv, prepare, kind, want string }{ // the first two names
		{"Pool", "Get", "Lease", "PoolLease PoolState"},
		{"Pool", "acquireSlot", "Lease", "slotLease slotState"},
		{"", "acquireLock", "Lease", "heldLock lockState"},
		{"", "acquire", "Lease", "acquireLease acquireState"},
		{"", "InitFakeNotifier", "Saved", "SavedNotifier NotifierState"},
		{"", "ReplaceLog", "Saved", "SavedLog LogState"},
		{"", "resetIdleTimeout", "Timer", "idleTimeoutTimer idleTimeoutState"},
		{"", "oneOff", "Cleanup", "oneOffCleanup oneOffState"},
		{"", "prepareRead", "Cleanup", "readCleanup readState"},
		{"Conn", "prepareRead", "Timer", "readTimer readState"},
		{"Conn", "BeginRead", "Cleanup", "ReadCleanup ReadState"},
		{"Module", "CloseModuleOnCanceledOrTimeout", "Cleanup", "ModuleCleanup ModuleState"},
		{"", "prepareToDrop", "Cleanup", "dropCleanup dropState"},
		{"", "mountStubsCleaner", "Cleanup", "mountStubsCleanup mountStubsState"},
		{"", "AcquireMigrationLock", "Lock", "MigrationLock MigrationLockState"},
		{"", "saveOrder", "Saved", "savedOrder orderState"},
		{"", "ignoreSignals", "State", "signalsState signalsState"},
		{"", "startTimer", "Timer", "timer timerState"},
		{"", "lockAndLog", "Lock", "heldLock lockState"},
		{"", "lockTable", "Lock", "tableLock tableState"},
		{"", "Lock", "Lock", "HeldLock LockState"},
		{"", "begin", "Cleanup", "beginCleanup beginState"},
		{"", "buildFilterFunc", "State", "filterState filterState"},
		{"", "openLog", "State", "logState logState"},
		{"", "getAll", "State", "getAllCleanup getAllState"},
		{"", "cancelBlocking", "State", "blockingState blockingState"},
		{"", "readProgress", "State", "readProgressCleanup readProgressState"},
		{"", "enterIf", "State", "enterState enterState"},
	} {
		names := spell.StateNames(test.recv, test.prepare, test.kind, false)
		if got := strings.Join(names[:2], " "); got != test.want {
			t.Errorf("%s.%s: %s, want %s", test.recv, test.prepare, got, test.want)
		}
	}
	for _, test := range []struct{ recv, prepare, kind, want string }{
		{"VecDense", "isolatedWorkspace", "Saved", "savedVecDenseWorkspace"},
		{"Conn", "beginRead", "State", "connReadState"},
		{"Conn", "Lock", "Lock", "HeldConnLock"},
		{"Pool", "Get", "Lease", "PoolGetLease"},
	} {
		if got := spell.StateNames(test.recv, test.prepare, test.kind, true)[0]; got != test.want {
			t.Errorf("%s.%s, as several have it: %s, want %s", test.recv, test.prepare, got, test.want)
		}
	}
}

func TestAct(t *testing.T) {
	for name, want := range map[string]string{
		"close": "close", "closer": "close", "closeFn": "close", "popFunc": "pop", "serverClose": "closeServer", "serverCloseFn": "closeServer",
		"stopMutexProf": "stopMutexProf", "deferFn": "", "done": "", "_": "", "": "", "canceler": "cancel",
	} {
		if got := spell.Act(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestFlagNames(t *testing.T) {
	for _, test := range []struct{ prepare, word, want string }{
		{"enter", "", "entered active"},
		{"acquireSlot", "release", "acquired acquired active"},
		{"oneOff", "stopIt", "started active"},
		{"oneOff", "", "active"},
		{"setUp", "", "ready active"},
		{"beginRead", "end", "begun begun active"},
		{"swapOut", "restore", "swapped changed active"},
		{"try", "release", "tried acquired active"},
		{"rebind", "", "rebound active"},
	} {
		if got := strings.Join(spell.FlagNames(test.prepare, test.word), " "); got != test.want {
			t.Errorf("%s, %q: %q, want %q", test.prepare, test.word, got, test.want)
		}
	}
}

// TestPairs: the second word of each pair ends something.
func TestPairs(t *testing.T) {
	for _, begin := range strings.Fields("begin start prepare enter open subscribe acquire lock rlock locked setup setUp init initialize register push hold suspend " +
		"pause attach mount connect override mock stub swap redirect reserve pin block enable alloc allocate hide will") {
		if end := spell.EndOf(begin); end == "" || !spell.Ends(end) {
			t.Errorf("%s: %q", begin, end)
		}
	}
}

func TestNouns(t *testing.T) {
	for _, test := range []struct{ name, prepare, kind, want string }{
		{"stopProfiling", "startProfiling", "Cleanup", "profiling profilingCleanup cleanup"},
		{"stop", "startProfiling", "Cleanup", "profiling cleanup"},
		{"stop", "", "Cleanup", "cleanup"}, // another result may be called so
		{"stopCPU2", "profile", "Cleanup", "cpu2 cpuCleanup2 cleanup2"},
		{"unlockTable", "", "Lock", "lock tableLock held"},
		{"finishQueue", "queueActive", "Cleanup", "queue queueCleanup cleanup"},
		{"unreg", "registerTap", "Cleanup", "tap cleanup"},
		{"heartbeatTickerStop", "", "Cleanup", "heartbeatTickerCleanup cleanup"},
		{"closer", "openFile", "Cleanup", ""},
		{"closer", "f", "Cleanup", ""},
		{"resetFunc", "swap", "State", "state cleanup"},
		{"stopProfiling", "startProfiling", "State", "profiling profilingState state cleanup"},
		{"closeLog", "openLog", "State", "log logState state cleanup"},
		{"restore", "swap", "Saved", "saved cleanup"},
		{"restoreClose", "with", "State", "savedClose saved state cleanup"}, // what a verb says after restore tells more than none
		{"restoreAll", "with", "State", "saved savedAll state cleanup"},
		{"valueRestore", "with", "State", "savedValue saved value valueState state cleanup"},
		{"stop2", "startProfiling", "State", "profiling2 state2 cleanup2"},
		{"cancel", "acquireSlot", "State", "slot state cleanup"},
		{"stop", "Repeat", "State", "repeat state cleanup"},
		{"end", "begin3", "State", "state cleanup"},
		{"cleanupFn", "setUp", "Cleanup", "cleanup"},
		{"deferFunc", "setUp", "Cleanup", "cleanup"}, // not a keyword
		{"doneFunc", "f", "Cleanup", "done doneCleanup cleanup"},
		{"fn", "lockTable", "Lock", "lock table held"},
		{"cancel", "withTimeout", "Timer", "timer timeout cleanup"},
		{"pop", "pushFrame", "Cleanup", "frame cleanup"},
		{"observe", "time", "Timer", "timer cleanup"},
		{"cancelCtx", "newCtx", "Cleanup", "cleanup"},
		{"done", "begin", "Cleanup", ""},
		{"done", "begin", "State", ""},
		{"done", "setState", "Saved", "saved"},
		{"timeoutDone2", "", "Timer", "timer2"},
		{"layerDone", "oneOff", "Cleanup", ""},
		{"cleanup", "begin", "Cleanup", ""},
		{"dirCleanup", "begin", "Cleanup", ""},
		{"cleanUp", "begin", "Cleanup", ""},
		{"cleanUpDir", "begin", "Cleanup", "dir dirCleanup cleanup"},
		{"span", "begin", "Cleanup", ""},
	} {
		if got := strings.Join(spell.Nouns(test.name, test.prepare, test.kind), " "); got != test.want {
			t.Errorf("%s, %q, %s: %q, want %q", test.name, test.prepare, test.kind, got, test.want)
		}
	}
}

func TestFirst(t *testing.T) {
	for name, want := range map[string]string{"Read": "read", "read": "read", "URL": "url", "URLPath": "urlPath", "x": "x", "": ""} {
		if got := spell.LowerFirst(name); got != want {
			t.Errorf("LowerFirst(%q): %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"read": "Read", "Read": "Read", "élan": "Élan", "": ""} {
		if got := spell.UpperFirst(name); got != want {
			t.Errorf("UpperFirst(%q): %q, want %q", name, got, want)
		}
	}
}

// TestType writes the type of the variable v of a function for its file.
func TestType(t *testing.T) {
	for _, test := range []struct{ name, text, taken, want string }{
		{"A basic type.", "func f() { var v int }", "", "int"},
		{"A type of the package.", "type T int; func f() { var v []T }", "", "[]T"},
		{"A struct tag.", "func f() { var v struct{ n int `json:\"n\"` } }", "", "struct{n int `json:\"n\"`}"},
		{"A package that the file imports.", `import "io"; func f() { var v io.Writer }`, "", "io.Writer"},
		{"By another name.", `import out "io"; func f() { var v map[string]out.Writer }`, "", "map[string]out.Writer"},
		{"By a dot.", `import . "io"; func f() { var v Writer }`, "", "Writer"},
		{"A package that the file does not import.", `import "example.org/types"; func f() { v := types.Closer() }`, "", `io.Closer; import "io"`},
		{"A name that the package uses for something else.", `import "example.org/types"; var io int; func f() { v := types.Closer() }`, "io", `io2.Closer; import io2 "io"`},
		{"A name that the package uses for the same.", `import ("example.org/types"; . "io"); func f() { v := types.Closer() }`, "", "Closer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := snippet.Load(t, test.text)
			file := &spell.File{Unit: u, Syntax: u.Files[0], Taken: func(name string) bool { return name == test.taken }}
			got := file.Type(variable(t, u.Info).Type())
			for _, imp := range file.Imports {
				got += "; import " + strings.TrimSpace(imp.Name+` "`+imp.Path+`"`)
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// variable returns the variable v.
func variable(t *testing.T, info *types.Info) *types.Var {
	t.Helper()
	for id, obj := range info.Defs {
		if v, ok := obj.(*types.Var); ok && id.Name == "v" {
			return v
		}
	}
	t.Fatal("there is no variable v")
	return nil
}

// TestUnnameable asks why the type of v cannot be written at package level.
func TestUnnameable(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"A type of the package.", "type t int; func f() { var v *t }", ""},
		{"A type of a function.", "func f() { type t int; var v []t }", "t is declared inside a function"},
		{"In a parameter of a func.", "func f() { type t int; var v func(t) }", "t is declared inside a function"},
		{"As a type argument.", "type L[E any] []E; func f() { type t int; var v L[t] }", "t is declared inside a function"},
		{"A type that another package keeps.", `import "example.org/types"; func f() { v := types.Hidden() }`, "types.hidden is not exported"},
		{"A struct with a field that another package keeps.", `import "example.org/types"; func f() { v := types.Struct() }`, "it has an unexported field of another package"},
		{"A struct of one's own.", "func f() { var v struct{ n int } }", ""},
		{"An interface of one's own.", "func f() { var v interface{ m() } }", ""},
		{"An internal package of another module.", `import "example.org/types"; func f() { v := types.Internal() }`, "package example.org/internal/x cannot be imported here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := snippet.Load(t, test.text)
			if got := spell.Unnameable(u.Pkg, variable(t, u.Info).Type()); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestHidden asks which name of the type of v means something else where f declares its
// type parameters.
func TestHidden(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"Nothing is hidden.", "type t int; func f[P any](p P) { var v map[t]P }", ""},
		{"A type of the package.", "type t int; func g() (x t) { return }; func f[t any]() { v := g() }", "t, a type parameter"},
		{"A predeclared type.", "func f[int any](s string) { v := len(s) }", "int, a type parameter"},
		{"An interface of the language.", "func g() (x error) { return }; func f[error any]() { v := g() }", "error, a type parameter"},
		{"As an element.", "func g() (x []chan bool) { return }; func f[bool any]() { v := g() }", "bool, a type parameter"},
		{"The type parameter itself.", "func f[int any]() { var v int }", ""},
		{"An import.", `import "io"; func g() (x io.Writer) { return }; func f[io any]() { v := g() }`, "io, a type parameter"},
		{"An import with another name.", `import x "io"; func g() (w x.Writer) { return }; func f[x any]() { v := g() }`, "x, a type parameter"},
		{"The package has the name.", "type int string; func f(s []byte) { v := len(s) }", "int, the package"},
		{"The type of the package.", "type int string; func f() { var v int }", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := snippet.Load(t, test.text)
			file := &spell.File{Unit: u, Syntax: u.Files[0], Taken: func(string) bool { return false }}
			fn := u.Pkg.Scope().Lookup("f").(*types.Func)
			name, by := file.Hidden(fn, variable(t, u.Info).Type())
			if got := strings.TrimSuffix(name+", "+by, ", "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestPlain asks whether a text means at the call of here what it means in the file.
func TestPlain(t *testing.T) {
	for _, test := range []struct {
		name, text, body string
		want             bool
	}{
		{"Nothing is hidden.", "[]T", "here()", true},
		{"A local has the name.", "[]T", "T := 1; _ = T; here()", false},
		{"A local in another block.", "[]T", "{ T := 1; _ = T }; here()", true},
		{"A local that comes later.", "[]T", "here(); T := 1; _ = T", true},
		{"A parameter of a func type.", "func(...T)", "T := 1; _ = T; here()", false},
		{"A package.", "io.Writer", "io := 1; _ = io; here()", false},
		{"The name behind that of a package.", "io.Writer", "Writer := 1; _ = Writer; here()", true},
		{"A type of the language.", "int", "int := 1; _ = int; here()", false},
		{"The package has one of its own.", "string", "here()", true},
		{"true, as the package has it.", "true", "here()", false},
		{"nil.", "nil", "here()", true},
		{"nil, hidden.", "nil", "nil := 1; _ = nil; here()", false},
		{"A type parameter.", "P", "here()", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			u := snippet.Load(t, `import "io"; type T int; type string int; const true = 1; func here() {}; func f[P any](w io.Writer) { `+test.body+" }")
			for n := range ast.Preorder(u.Files[0]) {
				if call, ok := n.(*ast.CallExpr); ok {
					if got := spell.Plain(u, call.Pos(), test.text); got != test.want {
						t.Errorf("%q: %v, want %v", test.text, got, test.want)
					}
				}
			}
		})
	}
}

func TestRelation(t *testing.T) {
	for _, test := range []struct {
		prepare, finish, want string
		paired                bool
	}{
		{"beginRead", "endRead", "ends what p began", true},
		{"prepareRead", "finishRead", "ends what p began", true},
		{"StartSpan", "End", "ends what p began", false},
		{"StartSpan", "Flush", "cleans up after p", false},
		{"lock", "unlock", "undoes p", true},
		{"swap", "restore", "undoes p", true},
		{"newFile", "restore", "undoes p", false},
		{"newFile", "close", "cleans up after p", false},
	} {
		if does, paired := spell.Relation(test.prepare, test.finish, "p"); does != test.want || paired != test.paired {
			t.Errorf("%s, %s: %q, %v", test.prepare, test.finish, does, paired)
		}
	}
}
