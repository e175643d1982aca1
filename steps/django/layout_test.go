package django

import (
	"path"
	"reflect"
	"testing"

	"djship/shell"
)

// A shell reads each path of a layout as it stands, for scripts have them unquoted.
func TestLayoutIsReadByAShellAsItStands(t *testing.T) {
	for _, s := range []Site{site2(), site3(), {Project: "a_1_z"}} {
		for field, value := range reflect.ValueOf(s.Layout()).Fields() {
			if p := value.String(); !shell.Plain(p) || !path.IsAbs(p) {
				t.Errorf("%s: %q", field.Name, p)
			}
		}
	}
}
