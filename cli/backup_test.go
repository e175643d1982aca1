package cli

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Who names the file of a key as a recipient is told that its text is wanted.
func TestRecipientIsNoPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key.pub")
	if err := os.WriteFile(path, []byte("age1x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{
		path:           `the text of the key is wanted, not its file: --recipient "$(cat ` + path + `)"`,
		path + ".none": "age-keygen makes one, age1..., and the identity that opens what is sealed for it; a public key of SSH serves, too",
	} {
		_, err := recipientsOf(nil, []string{word})
		var refused *usageError
		if !errors.As(err, &refused) || refused.advice != want {
			t.Errorf("%s: %+v, want %s", word, err, want)
		}
	}
}
