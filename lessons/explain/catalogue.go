package explain

import "sort"

// entry is a text of the catalogue with its reference. The English text is the
// original; the other languages translate texts only.
type entry struct{ text, ref string }

// catalogues are the texts in the languages that are no original.
var catalogues = map[string]map[string]string{"bg": bulgarian, "pl": polish}

// english is the whole catalogue, put together from its groups.
var english = join(englishConnection, englishSMTP, englishReplies, englishCodes, englishMailbox, englishDNS, englishHost, englishSchedule, englishLog)

func join(groups ...map[string]entry) map[string]entry {
	all := map[string]entry{}
	for _, g := range groups {
		for k, e := range g {
			all[k] = e
		}
	}
	return all
}

// Keys are the keys of the catalogue in order.
func Keys() []string {
	keys := make([]string, 0, len(english))
	for k := range english {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Languages are the tags of the languages, the first is the original.
func Languages() []string { return []string{"en", "bg", "pl"} }

func has(key string) bool {
	_, ok := english[key]
	return ok
}

func lookup(lang, key string) (text, ref string) {
	e := english[key]
	if own, ok := catalogues[lang][key]; ok {
		return own, e.ref
	}
	return e.text, e.ref
}

func joinTexts(groups ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, g := range groups {
		for k, text := range g {
			all[k] = text
		}
	}
	return all
}
