// Package python reads text as Python does, since Ansible's inventories lean on it: literals, where
// a line ends, what is white space, and words in quotes (shlex). It knows nothing of inventories.
//
// Nothing here is about deployments: you may skip it until a value in an INI inventory is taken for
// something else than in Ansible.
package python
