// Command djship puts Django sites on people's own Debian and Ubuntu servers.
package main

import (
	"os"

	"djship/cli"
)

func main() { os.Exit(cli.Main(os.Args, cli.OS())) }
