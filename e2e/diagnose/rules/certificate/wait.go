package certificate

// usual is the age up to which an issuance is under way as it should be: by DNS-01 it takes 60 to 90 s.
const usual = spreading
