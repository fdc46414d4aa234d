package sarif_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// The standard's JSON schema is not under a licence by which it could lie here. So
// this is, property by property, what it says about the objects of a report, from
// section 3 of SARIF 2.1.0. A property that is missing here is an error, too.
//
// A value is described by "string", "integer", "number", "boolean", "uri", "any",
// by "=a|b", one of some strings, by the name of an object, or by "[]" or "{}" and
// the description of the elements. A "!" before a property says that it must be
// there; "1[]" that an array must have an element.
var objects = map[string]map[string]string{
	"sarifLog":                 {"$schema": "uri", "!version": "=2.1.0", "!runs": "[]run"},
	"run":                      {"!tool": "tool", "invocations": "[]invocation", "originalUriBaseIds": "{}artifactLocation", "columnKind": "=utf16CodeUnits|unicodeCodePoints", "results": "[]result"},
	"tool":                     {"!driver": "toolComponent"},
	"toolComponent":            {"!name": "string", "version": "string", "informationUri": "uri", "rules": "[]reportingDescriptor"},
	"reportingDescriptor":      {"!id": "string", "name": "string", "shortDescription": "multiformatMessageString", "fullDescription": "multiformatMessageString", "help": "multiformatMessageString", "helpUri": "uri", "defaultConfiguration": "reportingConfiguration", "properties": "{}any"},
	"reportingConfiguration":   {"level": "=none|note|warning|error"},
	"multiformatMessageString": {"!text": "string", "markdown": "string"},
	"message":                  {"text": "string"},
	"invocation":               {"!executionSuccessful": "boolean", "toolExecutionNotifications": "[]notification"},
	"notification":             {"level": "=none|note|warning|error", "!message": "message", "locations": "[]location"},
	"result": {"ruleId": "string", "ruleIndex": "integer", "level": "=none|note|warning|error", "!message": "message", "locations": "[]location",
		"relatedLocations": "[]location", "partialFingerprints": "{}string", "fixes": "[]fix", "properties": "{}any"},
	"location":         {"id": "integer", "physicalLocation": "physicalLocation", "logicalLocations": "[]logicalLocation", "message": "message"},
	"physicalLocation": {"!artifactLocation": "artifactLocation", "region": "region"},
	"logicalLocation":  {"fullyQualifiedName": "string", "kind": "string"},
	"artifactLocation": {"uri": "uri", "uriBaseId": "string", "description": "message"},
	"region":           {"startLine": "integer", "startColumn": "integer", "endLine": "integer", "endColumn": "integer"},
	"fix":              {"description": "message", "!artifactChanges": "1[]artifactChange"},
	"artifactChange":   {"!artifactLocation": "artifactLocation", "!replacements": "1[]replacement"},
	"replacement":      {"!deletedRegion": "region", "insertedContent": "artifactContent"},
	"artifactContent":  {"text": "string"},
}

// valid checks that a text is a SARIF log.
func valid(t *testing.T, text []byte) {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	for _, problem := range conforms("log", "sarifLog", v) {
		t.Error(problem)
	}
}

// conforms returns what is wrong with a value. where says what it is of.
func conforms(where, kind string, v any) (problems []string) {
	wrong := func() []string { return []string{fmt.Sprintf("%s: %v is no %s", where, v, kind)} }
	if elem, ok := strings.CutPrefix(strings.TrimPrefix(kind, "1"), "[]"); ok {
		list, ok := v.([]any)
		if !ok || kind[0] == '1' && len(list) == 0 {
			return wrong()
		}
		for i, e := range list {
			problems = append(problems, conforms(fmt.Sprintf("%s[%d]", where, i), elem, e)...)
		}
		return problems
	}
	if elem, ok := strings.CutPrefix(kind, "{}"); ok {
		object, ok := v.(map[string]any)
		if !ok {
			return wrong()
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			problems = append(problems, conforms(where+"."+name, elem, object[name])...)
		}
		return problems
	}
	if ok, known := scalar(kind, v); known {
		if !ok {
			return wrong()
		}
		return nil
	}
	object, ok := v.(map[string]any)
	if !ok || objects[kind] == nil {
		return wrong()
	}
	known := make(map[string]string)
	for name, of := range objects[kind] {
		name, required := strings.CutPrefix(name, "!")
		known[name] = of
		if _, ok := object[name]; required && !ok {
			problems = append(problems, fmt.Sprintf("%s: a %s has a property %s", where, kind, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if known[name] == "" {
			problems = append(problems, fmt.Sprintf("%s: a %s has no property %s", where, kind, name))
			continue
		}
		problems = append(problems, conforms(where+"."+name, known[name], object[name])...)
	}
	return problems
}

// scalar reports whether v is a value of a kind that has no parts. known is false for other
// kinds.
func scalar(kind string, v any) (ok, known bool) {
	text, isString := v.(string)
	switch {
	case kind == "any":
		return true, true
	case kind == "string" && isString:
		return true, true
	case kind == "uri" && isString:
		_, err := url.Parse(text)
		return err == nil && !strings.ContainsAny(text, " \\\"<>"), true
	case strings.HasPrefix(kind, "=") && isString:
		return slices.Contains(strings.Split(kind[1:], "|"), text), true
	case kind == "boolean":
		_, ok := v.(bool)
		return ok, true
	case kind == "integer":
		// All numbers of a report count lines, columns and elements.
		n, ok := v.(float64)
		return ok && n == math.Trunc(n) && n >= 0, true
	}
	return false, false
}

// TestConforms: the checks above do find what is wrong.
func TestConforms(t *testing.T) {
	for text, want := range map[string]string{
		`{"version":"2.1.0","runs":[]}`:                               "",
		`{"runs":[]}`:                                                 "has a property version",
		`{"version":"2.0","runs":[]}`:                                 "2.0 is no =2.1.0",
		`{"version":"2.1.0","runs":[{}]}`:                             "has a property tool",
		`{"version":"2.1.0","runs":[],"x":1}`:                         "has no property x",
		`{"version":"2.1.0","runs":{}}`:                               "is no []run",
		`{"version":"2.1.0","runs":[],"$schema":"a b"}`:               "is no uri",
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":3}}}]}`: "3 is no string",
		`{"version":"2.1.0","runs":[{"tool":[]}]}`:                    "is no tool",
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{},"ruleIndex":1.5}]}]}`:                  "1.5 is no integer",
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"results":[{"message":{},"fixes":[{"artifactChanges":[]}]}]}]}`: "is no 1[]artifactChange",
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"x"}},"invocations":[{"executionSuccessful":"yes"}]}]}`:               "yes is no boolean",
	} {
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(conforms("log", "sarifLog", v), "\n")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
