package certificate

import "time"

// newborn is the age up to which a Certificate may have no condition.
const newborn = time.Minute
