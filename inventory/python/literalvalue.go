package python

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// withSign returns v with a sign before it; only numbers bear one.
func withSign(v any, negative bool) (any, error) {
	switch n := v.(type) {
	case int64, *big.Int:
		if b := bigInt(n); negative {
			return Int(b.Neg(b)), nil
		}
	case Float:
		if negative {
			return -n, nil
		}
	case complex128:
		if negative {
			return -n, nil
		}
	default:
		return nil, errNotLiteral
	}
	return v, nil
}

func bigInt(v any) *big.Int {
	switch n := v.(type) {
	case int64:
		return big.NewInt(n)
	case *big.Int:
		return new(big.Int).Set(n)
	}
	return new(big.Int)
}

// sum returns the complex number re ± im.
func sum(re, im any, minus bool) (any, error) {
	c, ok := im.(complex128)
	if !ok {
		return nil, errNotLiteral
	}
	var real float64
	switch n := re.(type) {
	case int64, *big.Int:
		real, _ = new(big.Float).SetInt(bigInt(n)).Float64()
	case Float:
		real = float64(n)
	default:
		return nil, errNotLiteral
	}
	if minus {
		return complex(real, 0) - c, nil
	}
	return complex(real, 0) + c, nil
}

// hashable tells whether Python would take v as a member of a set or as a key.
func hashable(v any) bool {
	switch v := v.(type) {
	case []any, map[string]any, set:
		return false
	case tuple:
		return !slices.ContainsFunc(v, func(e any) bool { return !hashable(e) })
	}
	return true
}

// JSONKey returns a literal as it stands as a key in JSON; a list or a map cannot be one.
func JSONKey(v any) (string, error) {
	switch k := plain(v).(type) {
	case string:
		return k, nil
	case nil:
		return "null", nil
	case bool:
		return strconv.FormatBool(k), nil
	case int64:
		return strconv.FormatInt(k, 10), nil
	case *big.Int:
		return k.String(), nil
	case Float:
		return k.String(), nil
	}
	return "", errNotLiteral
}

// plain returns v in the types that a Value holds: tuples and sets are lists, complex numbers text.
func plain(v any) any {
	switch v := v.(type) {
	case tuple:
		return plainList(v)
	case []any:
		return plainList(v)
	case set:
		return plainList(v)
	case map[string]any:
		for k, e := range v {
			v[k] = plain(e)
		}
		return v
	case byteString:
		return string(v)
	case ellipsis:
		return "..."
	case complex128:
		return complexText(v)
	}
	return v
}

func plainList(items []any) []any {
	list := make([]any, len(items))
	for i, v := range items {
		list[i] = plain(v)
	}
	return list
}

// complexText prints c as Python does.
func complexText(c complex128) string {
	part := func(f float64) string {
		return strings.NewReplacer(".0", "", "Infinity", "inf").Replace(Float(f).String())
	}
	if real(c) == 0 && !math.Signbit(real(c)) {
		return part(imag(c)) + "j"
	}
	sign := "+"
	if math.Signbit(imag(c)) {
		sign = ""
	}
	return "(" + part(real(c)) + sign + part(imag(c)) + "j)"
}
