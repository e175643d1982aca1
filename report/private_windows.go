package report

const noFollow = 0

// trusted accepts every folder: who may write to one is not told by modes here, and a user's own
// folders are the user's alone.
func trusted(string, bool) error { return nil }
