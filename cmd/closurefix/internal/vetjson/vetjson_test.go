package vetjson

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestJSONDoc: the package doc describes every property of a report.
func TestJSONDoc(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "doc.go"))
	if err != nil {
		t.Fatal(err)
	}
	_, doc, _ := strings.Cut(string(text), "// # JSON\n")
	doc, _, _ = strings.Cut(doc, "// # ")
	seen := make(map[reflect.Type]bool)
	var check func(reflect.Type)
	check = func(typ reflect.Type) {
		for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		for f := range typ.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if name == "" || !regexp.MustCompile(`\b`+name+`\b`).MatchString(doc) {
				t.Errorf("the package doc does not tell of %q, a property of %s", name, typ)
			}
			check(f.Type)
		}
	}
	check(reflect.TypeFor[diagnostic]())
	if len(seen) < 8 {
		t.Errorf("%d types, want 8 at least", len(seen))
	}
}
