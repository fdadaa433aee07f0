package i18n

// The words of the lenses, the three languages beside each other.
var lensWords = map[string][3]string{
	"dlg.machine": {"states and what leads on", "състояния и какво води нататък", "stany i przejścia"},
	"dlg.may":     {"may be said now, and the answer", "може да се каже сега, и отговорът", "można teraz powiedzieć, i odpowiedź"},
	"dlg.maynot":  {"would be out of order now", "сега би било не на място", "teraz byłoby nie w porę"},
	"dlg.more":    {"… {n} more", "… още {n}", "… jeszcze {n}"},
}

func init() {
	for key, texts := range lensWords {
		english[key], bulgarian[key], polish[key] = texts[0], texts[1], texts[2]
	}
}
