// Package glob matches names with patterns of * and ?: those of Ansible's limits, which also have
// sets such as [a-z], and those of ssh_config, which have none.
//
// Nothing here is about deployments: you may skip it.
package glob
