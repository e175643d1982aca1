package model

// Again ends a hint that says what to do first.
const Again = ", then run the same command again"

// Refusal is the change of a step that ends the host's run.
func Refusal(detail, hint string) Change {
	return Change{Told: Told{Verb: Refuse, Detail: detail, Hint: hint}}
}

// RefusalToChange is that of a step that ends it only where anything is to be changed.
func RefusalToChange(detail, hint string) Change {
	return Change{Told: Told{Verb: Refuse, Detail: detail, Hint: hint}, Schedule: Schedule{OnlyIfActs: true}}
}

// OutOfTheWay is for what stands where djship puts something else.
const OutOfTheWay = "move it out of the way on the host, then run the same command again"
