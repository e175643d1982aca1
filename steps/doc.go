// Package steps holds the lists of steps, which read like a description of the result: Prereq, what makes a host
// ready for sites; Deploy, what makes one site; Up, both; Survey, what is looked at before anything is changed.
//
// Below it, each package imports those after it alone:
//
//   - inspect: what is asked of a host outside of a list, as `djship status` does
//   - django: what a site has
//   - server: what any server has
//   - advice: what to do about what programs print
//   - model: Step, Change, Plan and Facts, which are pure
//
// Lists are carried out on a host by package runner, which knows no step.
package steps
