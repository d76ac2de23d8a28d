// Package standin says what takes the place of what a bundle names and cannot bring: Secrets that are encrypted or
// come from a store, variables out of them, and applications whose images cannot be had. It knows how the field's
// operators name the Secret that they make, and what the users of a Secret need its values to be. It renders objects
// and must not know a cluster: who mints a token and applies anything is not its business.
package standin
