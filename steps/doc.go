// Package steps holds what djship knows of a Django server: the model of a step, the facts of a
// host, the typed steps, and the lists Prereq and Deploy that read like a description of the
// result.
//
// Data flows one way. Probe turns a list into one shell text that only reads; ParseProbe turns
// what it printed into Facts and Observations; NewPlan, a pure function, turns those into a Plan;
// Plan.Work turns that into the files to upload and one shell text that applies every change in
// order, each followed by its own probe again; Progress reads what that prints.
package steps
