package cli

import (
	"path/filepath"

	"djship/project"
)

// ownWord fills in what need not be typed in a folder whose djship.toml says it: the project, and with it the inventory. Where a
// project was typed, what is wrong in there is not told of.
func ownWord(typed string, s *selection) (name string, err error) {
	own, err := project.ReadSettings(".")
	if err != nil && typed == "" {
		return "", err
	}
	if typed != "" && typed != own.Project {
		return typed, nil
	}
	if own.Inventory != "" && len(s.inventories) == 0 {
		s.inventories = []string{filepath.FromSlash(own.Inventory)}
	}
	return own.Project, nil
}

// folderSite is the site that the folder's djship.toml names, where that is another than the one that was typed; "" for none.
func folderSite(typed string) string {
	own, err := project.ReadSettings(".")
	if err != nil || own.Project == typed {
		return ""
	}
	return own.Project
}

// ownSite is ownWord where a site is needed; usage is what can be typed.
func ownSite(typed string, s *selection, usage string) (name string, err error) {
	name, err = ownWord(typed, s)
	if err == nil && name == "" {
		err = &usageError{"which site?", usage + "; a djship.toml in this folder can name it"}
	}
	return name, err
}
