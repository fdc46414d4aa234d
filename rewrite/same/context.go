package same

import (
	"go/types"
	"slices"
)

// takesContext reports whether the first of these parameters is a context, and there is one for each capture besides.
func (m *matcher) takesContext(now []param) bool {
	sig, ok := m.fn.Signature().Results().At(m.Result).Type().Underlying().(*types.Signature)
	return ok && len(now) > len(m.params) && m.Local == nil && sig.Params().Len() > 0 && sig.Params().At(0).Type().String() == "context.Context"
}

// apart returns which parameters or arguments of finish are for captures, and which are those of the cleanup. There are enough of
// both.
func apart[T any](m *matcher, all []T) (captured, own []T) {
	first := 0
	if m.Context {
		first = 1
	}
	last := first + len(m.params)
	return all[first:last], slices.Concat(all[:first], all[last:])
}
