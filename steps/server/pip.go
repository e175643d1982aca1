package server

import (
	"djship/secret"
	"djship/steps/model"
)

// HideIndex takes the index out of the environment, which is a site's, too, as soon as something is run as it.
const HideIndex model.Script = "pip_index=${PIP_INDEX_URL-}\nunset PIP_INDEX_URL\n"

// PipEnv is what tells pip which index to ask.
func PipEnv(index secret.Value) map[string]secret.Value {
	if !index.IsSet() {
		return nil
	}
	return map[string]secret.Value{"PIP_INDEX_URL": index}
}
