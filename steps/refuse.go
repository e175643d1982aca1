package steps

// again ends a hint that says what to do first.
const again = ", then run the same command again"

// refuse is the change of a step that ends the host's run.
func refuse(detail, hint string) Change { return Change{Verb: Refuse, Detail: detail, Hint: hint} }

// refuseToChange is that of a step that ends it only where anything is to be changed.
func refuseToChange(detail, hint string) Change {
	return Change{Verb: Refuse, OnlyIfActs: true, Detail: detail, Hint: hint}
}

// outOfTheWay is for what stands where djship puts something else.
const outOfTheWay = "move it out of the way on the host, then run the same command again"
