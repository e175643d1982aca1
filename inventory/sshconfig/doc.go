// Package sshconfig reads ssh_config as ssh does, by asking the ssh program where there is one, and
// makes of it how a host is logged in to: address, login, keys, known hosts, jump hosts. What ssh
// and djship do differently stands in ../SSH_CONFIG.md.
//
// Nothing here is about deployments: you may skip it until djship logs in otherwise than ssh does.
//
// Read it in this order: settings.go (options and where they were set), config.go (which files, and
// what is asked once), ask.go (asking ssh), endpoint.go (options made a login), jump.go. configfiles.go
// is for machines without ssh.
package sshconfig
