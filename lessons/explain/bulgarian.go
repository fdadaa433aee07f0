package explain

// bulgarian translates english.
var bulgarian = map[string]string{}
