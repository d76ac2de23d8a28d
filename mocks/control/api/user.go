package api

// User is a person with a global API key, who may do everything in every zone.
type User struct {
	ID          ID     `json:"id"`
	Email       string `json:"email"`
	Fingerprint string `json:"fingerprint"` // of the global key
}
