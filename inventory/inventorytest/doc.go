// Package inventorytest has what tests of inventories and ssh_config share: the cases of files under
// testdata, and a maker of inventories at random. Only tests import it.
package inventorytest
