package python

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// A Float is a floating point number that prints as in Python, so that 1.0 does not turn into 1.
type Float float64

func (f Float) String() string {
	s := strconv.FormatFloat(float64(f), 'g', -1, 64)
	_, exp, _ := strings.Cut(strconv.FormatFloat(float64(f), 'e', -1, 64), "e")
	if e, err := strconv.Atoi(exp); err == nil && e >= -4 && e < 16 {
		s = strconv.FormatFloat(float64(f), 'f', -1, 64)
	}
	switch s {
	case "+Inf":
		return "Infinity"
	case "-Inf":
		return "-Infinity"
	}
	if !strings.ContainsAny(s, ".eN") {
		s += ".0"
	}
	return s
}

// MarshalJSON gives the number; JSON has none for the infinities and NaN, which become strings.
func (f Float) MarshalJSON() ([]byte, error) {
	s := f.String()
	if strings.ContainsAny(s, "IN") {
		return json.Marshal(s)
	}
	return []byte(s), nil
}

// Int returns n as the smallest type that holds it: int64 or *big.Int.
func Int(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}
