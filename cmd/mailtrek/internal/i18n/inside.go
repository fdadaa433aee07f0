package i18n

// The words of what the lenses show of the inside of things, the three
// languages beside each other.
var insideWords = map[string][3]string{
	"code.title":  {"{name}: down to encode, up to decode", "{name}: надолу кодира, нагоре декодира", "{name}: w dół koduje, w górę dekoduje"},
	"code.chars":  {"characters", "знаци", "znaki"},
	"code.octets": {"bits", "битове", "bity"},
	"code.six":    {"six by six", "по шест", "po sześć"},
	"code.number": {"number", "число", "liczba"},
	"code.sent":   {"sent as", "изпратено", "wysłano"},

	"pfx.talk":    {"WHO ASKS WHOM", "КОЙ КОГО ПИТА", "KTO KOGO PYTA"},
	"pfx.found":   {"found", "има го", "jest"},
	"pfx.nothing": {"not there", "няма го", "nie ma"},

	"box.own":        {"octets   kept by the program itself", "октети   пази ги самата програма", "oktetów  przechowuje sam program"},
	"box.system":     {"octets   neither POP3 nor IMAP here", "октети   тук няма нито POP3, нито IMAP", "oktetów  tu nie ma ani POP3, ani IMAP"},
	"box.did.append": {"stored in {folder}", "записано в {folder}", "zapisano w {folder}"},
	"box.did.move":   {"moved to {folder}", "преместено в {folder}", "przeniesiono do {folder}"},
	"box.did.flags":  {"flags: {flags}", "флагове: {flags}", "flagi: {flags}"},
}

func init() {
	for key, texts := range insideWords {
		english[key], bulgarian[key], polish[key] = texts[0], texts[1], texts[2]
	}
}
