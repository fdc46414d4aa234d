package sarif

// The types below are the objects of SARIF 2.1.0 that a report uses, each with the
// properties that it uses. Numbers are sections of the standard,
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.
type (
	// 3.13
	log struct {
		Schema  string `json:"$schema"`
		Version string `json:"version"`
		Runs    []run  `json:"runs"`
	}
	// 3.14
	run struct {
		Tool        tool                        `json:"tool"`
		Invocations []invocation                `json:"invocations"`
		BaseIDs     map[string]artifactLocation `json:"originalUriBaseIds"`
		ColumnKind  string                      `json:"columnKind"`
		Results     []result                    `json:"results"`
	}
	// 3.18
	tool struct {
		Driver driver `json:"driver"`
	}
	// 3.19
	driver struct {
		Name           string `json:"name"`
		Version        string `json:"version,omitempty"`
		InformationURI string `json:"informationUri"`
		Rules          []rule `json:"rules"`
	}
	// 3.49, reportingDescriptor
	rule struct {
		ID            string         `json:"id"`
		Name          string         `json:"name"`
		Short         message        `json:"shortDescription"`
		Full          message        `json:"fullDescription"`
		Help          markdown       `json:"help"`
		HelpURI       string         `json:"helpUri"`
		Configuration configuration  `json:"defaultConfiguration"`
		Properties    map[string]any `json:"properties,omitempty"`
	}
	// 3.50, reportingConfiguration
	configuration struct {
		Level string `json:"level"`
	}
	// 3.11
	message struct {
		Text string `json:"text"`
	}
	// 3.12, multiformatMessageString
	markdown struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	// 3.20
	invocation struct {
		Successful    bool           `json:"executionSuccessful"`
		Notifications []notification `json:"toolExecutionNotifications,omitempty"`
	}
	// 3.58
	notification struct {
		Level     string     `json:"level"`
		Message   message    `json:"message"`
		Locations []location `json:"locations,omitempty"`
	}
	// 3.27
	result struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      message           `json:"message"`
		Locations    []location        `json:"locations"`
		Related      []location        `json:"relatedLocations,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Fixes        []fix             `json:"fixes,omitempty"`
		Properties   map[string]any    `json:"properties,omitempty"`
	}
	// 3.28
	location struct {
		ID       int               `json:"id,omitempty"`
		Physical physicalLocation  `json:"physicalLocation"`
		Logical  []logicalLocation `json:"logicalLocations,omitempty"`
		Message  *message          `json:"message,omitempty"`
	}
	// 3.29
	physicalLocation struct {
		Artifact artifactLocation `json:"artifactLocation"`
		Region   *region          `json:"region,omitempty"`
	}
	// 3.33
	logicalLocation struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	// 3.4
	artifactLocation struct {
		URI         string   `json:"uri,omitempty"`
		BaseID      string   `json:"uriBaseId,omitempty"`
		Description *message `json:"description,omitempty"`
	}
	// 3.30
	region struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	// 3.55
	fix struct {
		Description message  `json:"description"`
		Changes     []change `json:"artifactChanges"`
	}
	// 3.56, artifactChange
	change struct {
		Artifact     artifactLocation `json:"artifactLocation"`
		Replacements []replacement    `json:"replacements"`
	}
	// 3.57
	replacement struct {
		Deleted  region  `json:"deletedRegion"`
		Inserted content `json:"insertedContent"`
	}
	// 3.3, artifactContent
	content struct {
		Text string `json:"text"`
	}
)
