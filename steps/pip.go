package steps

import "djship/remote"

// hideIndex takes the index out of the environment, which is a site's, too, as soon as something is run as it.
const hideIndex Script = "pip_index=${PIP_INDEX_URL-}\nunset PIP_INDEX_URL\n"

// pipEnv is what tells pip which index to ask.
func pipEnv(index remote.Secret) map[string]remote.Secret {
	if !index.IsSet() {
		return nil
	}
	return map[string]remote.Secret{"PIP_INDEX_URL": index}
}
