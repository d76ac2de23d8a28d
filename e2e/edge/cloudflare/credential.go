package cloudflare

import (
	"regexp"
	"strings"
)

// Form is what a credential looks like
// (https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/).
type Form string

// The forms.
const (
	UserToken    Form = "api-token"     // 40 characters, or cfut_ and more
	AccountToken Form = "account-token" // cfat_ and more; the verification of users' tokens does not know it
	GlobalKey    Form = "global-key"    // 37 to 45 hexadecimal digits, or cfk_ and more; needs the user's e-mail address
	Quoted       Form = "quoted"        // a token in quotes, or behind the word Bearer
	OtherForm    Form = "other"
)

var (
	hexKey = regexp.MustCompile(`^[0-9a-f]{37,45}$`)
	token  = regexp.MustCompile(`^[A-Za-z0-9_-]{40}$`)
)

// FormOf tells the form of a credential, without the white space around it.
func FormOf(value string) Form {
	value = strings.TrimSpace(value)
	switch {
	case strings.HasPrefix(value, "cfut_"):
		return UserToken
	case strings.HasPrefix(value, "cfat_"):
		return AccountToken
	case strings.HasPrefix(value, "cfk_"), hexKey.MatchString(value):
		return GlobalKey
	case token.MatchString(value):
		return UserToken
	case strings.HasPrefix(value, `"`), strings.HasPrefix(value, "'"), strings.HasPrefix(value, "Bearer "):
		return Quoted
	}
	return OtherForm
}
