// Package setting prints the settings of a description, the optimizer, metrics and
// callbacks, as values of the runtime that a package of Go makes.
package setting
