package edit

import (
	"go/token"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/prose"
)

// sentence returns the doc comment of finish. It says what prepare's doc comment says
// about the cleanup, or what a short body does, or else which function finish ends. Where
// it could only say who calls finish, an exported one says that and another has no comment.
// Last, it says when finish does nothing.
func (d *declarer) sentence() string {
	name, prepare := d.Plan.Finish.Name, d.Prepare.Key.Name
	deferred, called := 0, 0
	for _, sp := range d.Plan.Sites {
		for _, u := range sp.Site.Uses {
			if called++; u.Kind == pattern.DeferCall {
				deferred++
			}
		}
	}
	does := d.said()
	if does == "" {
		does = d.does()
	}
	often := 2*deferred >= called
	ends, began, paired := spell.Pair(prepare, name)
	switch {
	case does != "":
		return name + " " + does + "." + d.idle() + d.mustBe()
	case paired && often:
		return name + " " + ends + " what " + prepare + " " + began + "." + d.idle() + " Callers defer it."
	case paired:
		return name + " " + ends + " what " + prepare + " " + began + "." + d.idle() + " Callers call it when they are done."
	case !token.IsExported(name):
		return ""
	}
	return name + " is called by callers of " + prepare + " when they are done." + d.idle()
}

// said returns what the doc comment of prepare says that the cleanup does, or "".
func (d *declarer) said() string {
	doc := d.Prepare.Decl.Doc
	if doc == nil {
		return ""
	}
	var lines []string
	for _, c := range doc.List {
		lines = append(lines, c.Text)
	}
	return prose.Does(lines)
}

// mustBe returns what the comment of the cleanup's type, which goes with it, demands of callers
// in one sentence, or "":
//
//	// cancelFunc must be called once.        It must be called once.
func (d *declarer) mustBe() string {
	if s := d.Plan.TypeSays(); s != "" {
		return " It " + s
	}
	return ""
}

// idle returns a sentence that says when finish does nothing, or "".
func (d *declarer) idle() string {
	switch s, v := d.Plan.State, d.Plan.Value; {
	case s != nil && s.Mark == plan.Guarded:
		name, _, _ := strings.Cut(s.Type, "[")
		return " It does nothing for the zero " + name + "."
	case v != nil && v.Guard && v.Told && v.Zero == `""`:
		return " It does nothing if " + v.Name + " is empty."
	case v != nil && v.Guard && v.Told:
		return " It does nothing if " + v.Name + " is " + v.Zero + "."
	case v != nil && v.Guard:
		return " It does nothing if " + v.Name + " is false."
	}
	return ""
}
