package cli

import _ "embed"

// StatusSchema is the JSON Schema of the lines that `djship status --json` prints.
//
//go:embed status.schema.json
var StatusSchema []byte
