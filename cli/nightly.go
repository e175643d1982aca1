package cli

import (
	"fmt"
	"regexp"
	"strconv"

	"djship/inventory"
)

// keptNights are how many backups of the night a host keeps that does not say.
const keptNights = 7

// nightlyForm is how the wish for them is written: "daily", "daily=30", "off".
var nightlyForm = regexp.MustCompile(`^(?:off|daily(?:=([1-9][0-9]{0,2}))?)$`)

// nightlyOf is how many backups of a site a host keeps, of which it makes one each night: 0 where the inventory says nothing of that, -1 where there are to be none.
func nightlyOf(h *inventory.Host) (int, error) {
	said, err := hostVariable(h, "djship_backup", "")
	if err != nil || said == "" {
		return 0, err
	}
	parts := nightlyForm.FindStringSubmatch(said)
	switch {
	case parts == nil:
		return 0, &usageError{fmt.Sprintf("djship_backup of %s is %.100q", h.Name, said), "it is daily, daily=30 to keep so many, up to 999, or off"}
	case said == "off":
		return -1, nil
	case parts[1] == "":
		return keptNights, nil
	}
	return strconv.Atoi(parts[1])
}
