package i18n

// bulgarian follows english.
var bulgarian = map[string]string{}
