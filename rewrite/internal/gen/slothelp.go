package gen

// slotHelpers is what programs with slots share besides the helpers.
const slotHelpers = `// A record is what programs say, before and while they run.
type record struct {
	sync.Mutex
	changed *sync.Cond
	begun   bool
	early   []string // said while packages are initialized
	cleaned int      // cleanups that have run
}

var said = func() *record {
	r := new(record)
	r.changed = sync.NewCond(r)
	return r
}()

// Begin prints what the program of that tag has said before it runs.
func Begin(tag string) {
	said.Lock()
	defer said.Unlock()
	said.begun = true
	for _, line := range said.early {
		if strings.HasPrefix(line, tag+" ") {
			fmt.Print(line)
		}
	}
}

// Say prints, in a line of its own.
func Say(args ...any) {
	said.Lock()
	defer said.Unlock()
	if said.begun {
		fmt.Println(args...)
		return
	}
	said.early = append(said.early, fmt.Sprintln(args...))
}

// Clean says that a cleanup runs.
func Clean(args ...any) {
	Say(args...)
	said.Lock()
	defer said.Unlock()
	said.cleaned++
	said.changed.Broadcast()
}

// Cleaned returns how many cleanups have run.
func Cleaned() int {
	said.Lock()
	defer said.Unlock()
	return said.cleaned
}

// Await waits until n cleanups have run.
func Await(n int) {
	said.Lock()
	defer said.Unlock()
	for said.cleaned < n {
		said.changed.Wait()
	}
}

// Show says what v is. It calls a function, with nothing in its arguments.
func Show(v any) { Tell("show", v) }

// Tell is Show with a tag, and returns v.
func Tell[V any](tag string, v V) V {
	tell(tag, reflect.ValueOf(v))
	return v
}

func tell(tag string, v reflect.Value) {
	if !v.IsValid() {
		Say(tag, "nil")
		return
	}
	if err, ok := v.Interface().(error); ok {
		Say(tag, v.Type(), err)
		return
	}
	switch v.Kind() {
	case reflect.Interface:
		tell(tag, v.Elem())
	case reflect.Func:
		Say(tag, v.Type(), v.IsNil())
		if v.IsNil() {
			return
		}
		var args []reflect.Value
		for i := range v.Type().NumIn() {
			t := v.Type().In(i)
			arg := reflect.Zero(t)
			if t.Kind() == reflect.Pointer {
				arg = reflect.New(t.Elem())
			}
			if i < v.Type().NumIn()-1 || !v.Type().IsVariadic() {
				args = append(args, arg)
			}
		}
		for _, r := range v.Call(args) {
			tell(tag, r)
		}
	case reflect.Pointer:
		Say(tag, v.Type(), v.IsNil())
		if !v.IsNil() && v.Elem().Kind() != reflect.Struct {
			tell(tag, v.Elem())
		}
	case reflect.Chan:
		Say(tag, v.Type(), v.Len())
	default:
		Say(tag, v.Type(), v.Interface())
	}
}

// Both shows two values.
func Both(a, b any) {
	Show(a)
	Show(b)
}

// Each shows values.
func Each(vs ...any) {
	for _, v := range vs {
		Show(v)
	}
}

// Put keeps a value and shows it.
func (q *Cell[T]) Put(v T) {
	q.V = v
	Show(q.V)
}

// An Oddness is an error.
type Oddness int

func (n Oddness) Error() string { return fmt.Sprint("odd ", int(n)) }

// Odd returns an error for odd numbers.
func Odd(n int) error {
	if n%2 == 0 {
		return nil
	}
	return Oddness(n)
}

// Array is Made for a pointer to an array.
func Array(err error) *[2]int { return Made[*[2]int](err) }

// Made returns a value that is made from an error.
func Made[T any](err error) T {
	n := 2
	if err != nil {
		n = len(err.Error())
	}
	var v T
	switch v := any(&v).(type) {
	case *int:
		*v = n
	case *string:
		*v = fmt.Sprint("made ", n)
	case *float64:
		*v = float64(n)
	case *complex128:
		*v = complex(float64(n), 1)
	case *[]int:
		*v = []int{n, 2}
	case *[2]int:
		*v = [2]int{n, 2}
	case **[2]int:
		*v = &[2]int{n, 2}
	case *map[string]int:
		*v = map[string]int{"a": n}
	case *Part:
		*v = Part{A: n}
	case **Part:
		*v = &Part{A: n}
	case **int:
		*v = &n
	case *chan int:
		*v = make(chan int, 4)
		*v <- n
	case *func() int:
		*v = func() int { return Tell("made", n) }
	case *func(func(int) bool):
		*v = func(yield func(int) bool) { _ = yield(n) && yield(2) }
	default:
		panic(fmt.Sprintf("%T cannot be made", v))
	}
	return v
}
`
