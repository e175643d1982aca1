package cli

import "os/exec"

// endsWhole leaves it at that the command ends.
func endsWhole(*exec.Cmd) {}
