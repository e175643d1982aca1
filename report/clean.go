package report

import (
	"reflect"
	"strings"

	"djship/rollout"
)

// clean returns r with all its words printable, whatever fields events have or get: line ends stay,
// and carriage returns become ones. Names of hosts stay as they are, since logs are named after them.
// What people read is made of clean records only; who prints a field on one line makes it one with
// printable.
func clean(r rollout.Record) rollout.Record {
	if r.Event == nil {
		return r
	}
	event := reflect.New(reflect.TypeOf(r.Event)).Elem()
	event.Set(reflect.ValueOf(r.Event))
	cleanFields(event)
	r.Event = event.Interface().(rollout.Event)
	r.Run = printable(r.Run)
	return r
}

func cleanFields(event reflect.Value) {
	for i := range event.NumField() {
		if name := event.Type().Field(i).Name; name == "Host" || name == "Hosts" {
			continue
		}
		switch field := event.Field(i); {
		case event.Type().Field(i).Anonymous:
			cleanFields(field)
		case field.Kind() == reflect.String:
			field.SetString(cleanText(field.String()))
		case field.Type() == reflect.TypeFor[[]string]():
			words := make([]string, field.Len())
			for i := range words {
				words[i] = cleanText(field.Index(i).String())
			}
			field.Set(reflect.ValueOf(words))
		}
	}
}

// cleanText is text with printable lines, not too much of it.
func cleanText(s string) string {
	s = shorten(s, fieldRoom)
	if isPlain(s) {
		return s
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = printable(l)
	}
	return strings.Join(lines, "\n")
}
