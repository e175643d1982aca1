// Package ansible reads Ansible's inventories as Ansible does: INI, YAML, programs that print JSON
// and lists of hosts, with the variables in group_vars and host_vars beside them. Read gives hosts in
// groups, and for every host its variables with their precedence worked out.
//
// Nothing here is about deployments: you may skip it until an inventory is read otherwise than
// ansible-inventory reads it.
//
// Read it in this order: load.go (which text is read how), model.go (what comes out), ini.go and
// yamlinventory.go (two of the readers), precedence.go (which variable wins).
package ansible
