// Package source says of texts that people wrote – inventories, files of variables, ssh_config –
// where in them something stands, and what is wrong or odd there, without showing passwords.
//
// Nothing here is about deployments: you may skip it until a message about a file looks wrong.
package source
