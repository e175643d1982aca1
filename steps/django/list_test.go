package django

func site3() Site { return Site{Project: "example", Domain: "example.com", Python: 3} }

func site2() Site { return Site{Project: "example", Domain: "example.com", Python: 2} }
