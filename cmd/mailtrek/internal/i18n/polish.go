package i18n

// polish follows english.
var polish = map[string]string{}
