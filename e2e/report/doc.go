// Package report stands between the runner and the reader: it draws a verdict from Ginkgo's own report, and
// writes a verdict as JSON, JUnit, Markdown, HTML, GitHub annotations and for the terminal.
//
// It knows Ginkgo's types and the formats; it knows no cluster and judges nothing itself: the rules of the
// result are in package verdict. Everything it prints may come from a hostile bundle, so every writer escapes
// what it is given.
package report
