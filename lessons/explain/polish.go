package explain

// polish translates english.
var polish = map[string]string{}
