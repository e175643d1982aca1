package release

import "djship/steps/model"

// pythonsHome is where Pythons lie that the distribution does not have, for all sites: root's, a folder a version.
const pythonsHome = model.Tools + "/pythons"

// minor is the version of Python that the release runs by on a host: "3.12".
func (r Release) minor(f model.Facts) string {
	if r.Python == "" {
		return f.Python3
	}
	return r.Python
}

// own tells whether that is the host's own Python.
func (r Release) own(f model.Facts) bool { return r.Python == "" || r.Python == f.Python3 }

// Interpreter is the program of that Python.
func (r Release) Interpreter(f model.Facts) string {
	if r.own(f) {
		return "/usr/bin/python" + r.minor(f)
	}
	return pythonsHome + "/" + r.Python + "/python"
}
