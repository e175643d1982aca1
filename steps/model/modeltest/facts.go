package modeltest

import "djship/steps/model"

// Debian12 is what is known of a plain host.
var Debian12 = model.Facts{ID: "debian", Version: "12", Name: "Debian GNU/Linux 12 (bookworm)", Codename: "bookworm", Systemd: true, IPv6: true,
	CPUs: 2, Machine: "x86_64", MemoryKB: 4 << 20, FreeKB: map[string]int64{"/": 8 << 20}, Python3: "3.11", PGPort: 5432}
