package gen

// A kind is a type of the generated program.
type kind int

const (
	intKind kind = iota
	strKind
	errKind
	boolKind
	byteKind
	durKind   // a type of a package that the file may not import
	pointKind // a struct type without a name
	boxKind   // a struct with a type argument
	partKind  // a struct
	arrKind
	sliceKind
	pintKind // pointers to the above
	ppartKind
	perrKind
	mapKind
	namerKind // an interface
	connKind  // a pointer to the struct that most methods are declared on
	wrapKind  // a struct that embeds such a pointer
	deepKind  // a struct that embeds a pointer to that
	heldKind  // another one, whose pointer stays
	fnKind    // a func() that is no cleanup
	onceKind  // a sync.Once
	chanKind  // a channel to wait on
	cellKind  // a pointer to a struct with a type parameter
	anyKind   // a type parameter of the function around
	funcKind  // the cleanup of some prepare function
)

// safe reports whether the zero value of a kind can be used as any other value can.
func (k kind) safe() bool { return k < pintKind }

// facts returns the Go type of a kind, and usual names of variables of it.
func (k kind) facts() (goType string, names []string) {
	facts := [...]struct {
		goType string
		names  []string
	}{
		intKind:   {"int", []string{"n", "k", "i", "total"}},
		strKind:   {"string", []string{"s", "name", "tag"}},
		errKind:   {"error", []string{"err", "cause"}},
		boolKind:  {"bool", []string{"ok", "closed", "ready"}},
		byteKind:  {"uint8", []string{"mask", "bits"}},
		durKind:   {"time.Duration", []string{"wait", "rest"}},
		pointKind: {"struct{ X, Y int }", []string{"at", "corner"}},
		boxKind:   {"Cell[int]", []string{"cell", "slot"}},
		mapKind:   {"map[string]int", []string{"counts", "m"}},
		namerKind: {"Namer", []string{"owner", "namer"}},
		partKind:  {"Part", []string{"pt", "box"}},
		arrKind:   {"[2]int", []string{"arr", "pair"}},
		sliceKind: {"[]int", []string{"list", "nums"}},
		pintKind:  {"*int", []string{"num", "ptr"}},
		ppartKind: {"*Part", []string{"ref", "dst"}},
		perrKind:  {"*error", []string{"perr", "errp"}},
		connKind:  {"*Conn", []string{"c", "sock", "peer"}},
		wrapKind:  {"Wrap", []string{"w", "wrapped"}},
		deepKind:  {"Deep", []string{"d"}},
		heldKind:  {"Held", []string{"d"}},
		fnKind:    {"func()", []string{"undo", "then"}},
		onceKind:  {"sync.Once", []string{"once"}},
		chanKind:  {"chan bool", []string{"stop", "stopped"}},
		cellKind:  {"*Cell[T]", []string{"q"}},
		anyKind:   {"T", []string{"v", "x"}},
		funcKind:  {"func()", []string{"done", "finish", "release", "end"}},
	}[k]
	return facts.goType, facts.names
}

// goType returns the Go type of a kind.
func (k kind) goType() string {
	t, _ := k.facts()
	return t
}

// names returns usual names of variables of a kind.
func (k kind) names() []string {
	_, names := k.facts()
	return names
}

// valueKinds are the kinds that have variables of their own all over the
// program.
func valueKinds() []kind {
	return []kind{intKind, strKind, errKind, boolKind, byteKind, durKind, pointKind, boxKind, partKind, arrKind, sliceKind, pintKind, ppartKind, mapKind, namerKind}
}
