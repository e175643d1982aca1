// Package project reads a Django project's folder and says what it is: what the project says itself, in
// djship.toml or [tool.djship] of pyproject.toml, and what is seen where it says nothing, each with its reason.
// What is seen in a text is a proposal: Python alone knows what its code does. Nothing of the project is run,
// no link is followed out of it, and what is read of it is bounded.
package project
