package edit

import (
	"go/token"
	"regexp"
	"strings"

	"github.com/closurefix/closurefix/rewrite/flow"
	"github.com/closurefix/closurefix/rewrite/pattern"
	"github.com/closurefix/closurefix/rewrite/plan"
	"github.com/closurefix/closurefix/rewrite/plan/spell"
	"github.com/closurefix/closurefix/rewrite/prose"
)

// sentence returns the doc comment of finish, or "". It says what prepare's doc comment says of the
// cleanup: what it does, or when to call it. The comment of the cleanup's type, which goes, may add a
// duty. Otherwise, what the body does, the body says, and only two get a comment: an exported function or
// method, as linters demand, and a function that takes what prepare returns, or whose name is the usual end of prepare's,
// because no type shows that the two belong together.
func (d *declarer) sentence() string {
	name, exported := d.Plan.Finish.Name, token.IsExported(d.Plan.Finish.Name)
	text, duty := "", d.Plan.TypeSays()
	switch does := prose.Does(d.doc()); {
	case does != "":
		text = name + " " + does + "."
	case duty != "":
		return name + " " + duty
	case exported:
		if demand := prose.Demand(d.doc(), d.prepareLink()); demand != "" {
			return name + " " + demand + "."
		}
		relation, _ := spell.Relation(d.Prepare.Key.Name, name, d.prepareLink())
		return name + " " + relation + "."
	case d.Plan.Form == plan.Value && d.Plan.Local == nil && !d.docPassesTo(name):
		text = name + " must be called with " + d.value() + " returns."
	case d.Plan.Form != plan.Handed:
		relation, paired := spell.Relation(d.Prepare.Key.Name, name, d.Prepare.Key.Name)
		if paired {
			text = name + " " + relation + "."
		}
		if paired && d.deferred() {
			text += " Callers defer it."
		}
	}
	if duty != "" {
		text += " It " + duty
	}
	return text
}

// docPassesTo reports whether the doc comment of prepare says, after the rewrite, that its value is to be passed to finish.
func (d *declarer) docPassesTo(name string) bool {
	lines := d.Plan.Prose().MendDoc(d.doc())
	text := squeeze(strings.ReplaceAll(strings.Join(lines, "\n"), "//", " "))
	return strings.Contains(text, "pass to "+name)
}

// value returns what says which value prepare returns in place of the cleanup: "what begin" if there is no other one.
func (d *declarer) value() string {
	results := d.Prepare.Func.Signature().Results()
	for i := range results.Len() {
		switch {
		case i == d.Prepare.Result || flow.IsError(results.At(i).Type()):
		case d.Plan.Value.Capture == nil:
			return "the bool that " + d.Prepare.Key.Name
		case len(d.Plan.Value.Name) > 2:
			return "the " + d.Plan.Value.Name + " that " + d.Prepare.Key.Name
		default:
			return "the value that " + d.Prepare.Key.Name
		}
	}
	return "what " + d.Prepare.Key.Name
}

// stateSentence returns the doc comment of the state, or "". An unexported one stands between prepare and
// finish, which tell.
func (d *declarer) stateSentence() string {
	name := regexp.MustCompile(`^\w+`).FindString(d.Plan.State.Decl)
	if !token.IsExported(name) || d.Plan.Local != nil {
		return ""
	}
	return name + " is returned by " + d.prepareLink() + "."
}

// prepareLink returns a doc link to prepare, or to the exported function that returns its results if there
// is one. Functions that nobody sees outside of the package get no brackets.
func (d *declarer) prepareLink() string {
	key := d.Prepare.Key
	for _, fw := range d.Plan.Forwarders {
		if !token.IsExported(key.Name) && token.IsExported(fw.Key.Name) && fw.Key.Pkg == key.Pkg {
			key = fw.Key
		}
	}
	name := key.Name
	if key.Recv != "" {
		name = key.Recv + "." + name
	}
	if !token.IsExported(key.Name) || !token.IsExported(name) {
		return name
	}
	return "[" + name + "]"
}

// doc returns the lines of prepare's doc comment.
func (d *declarer) doc() []string {
	if d.Prepare.Decl.Doc == nil {
		return nil
	}
	var lines []string
	for _, c := range d.Prepare.Decl.Doc.List {
		lines = append(lines, c.Text)
	}
	return lines
}

// deferred reports whether callers call the cleanup, and each call is that of a defer statement.
func (d *declarer) deferred() bool {
	any := false
	for _, sp := range d.Plan.Sites {
		for _, u := range sp.Site.Uses {
			switch {
			case u.Kind == pattern.NilTest || u.Kind == pattern.Discard:
			case u.Kind != pattern.DeferCall:
				return false
			default:
				any = true
			}
		}
	}
	return any
}
