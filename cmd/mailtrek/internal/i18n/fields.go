package i18n

// The names of the fields of a DNS packet. The English ones are those that
// Wireshark uses.
var fieldWords = map[string][2]string{
	"Header":                          {"глава", "nagłówek"},
	"Transaction ID":                  {"номер на въпроса", "numer pytania"},
	"Flags":                           {"флагове", "flagi"},
	"Questions":                       {"въпроси", "pytania"},
	"Answer RRs":                      {"записи в отговора", "rekordy odpowiedzi"},
	"Authority RRs":                   {"записи за зоната", "rekordy strefy"},
	"Additional RRs":                  {"допълнителни записи", "rekordy dodatkowe"},
	"Queries":                         {"Въпроси", "Pytania"},
	"Query":                           {"въпрос", "pytanie"},
	"Answers":                         {"Отговори", "Odpowiedzi"},
	"Authoritative nameservers":       {"Сървъри на зоната", "Serwery strefy"},
	"Additional records":              {"Допълнителни записи", "Rekordy dodatkowe"},
	"Record":                          {"запис", "rekord"},
	"Name":                            {"име", "nazwa"},
	"Type":                            {"вид", "typ"},
	"Class":                           {"клас", "klasa"},
	"Time to live":                    {"време на живот", "czas życia"},
	"Data length":                     {"дължина на данните", "długość danych"},
	"Data":                            {"данни", "dane"},
	"Address":                         {"адрес", "adres"},
	"Preference":                      {"предпочитание", "preferencja"},
	"Mail exchange":                   {"пощенски сървър", "serwer poczty"},
	"Name server":                     {"сървър за имена", "serwer nazw"},
	"Canonical name":                  {"същинско име", "nazwa kanoniczna"},
	"Domain name":                     {"име на домейн", "nazwa domeny"},
	"Primary name server":             {"първичен сървър", "serwer główny"},
	"Responsible authority's mailbox": {"адрес на отговорния", "adres odpowiedzialnego"},
	"Serial number":                   {"сериен номер", "numer seryjny"},
	"Refresh interval":                {"период за опресняване", "okres odświeżania"},
	"Retry interval":                  {"период за нов опит", "okres ponowienia"},
	"Expire limit":                    {"срок на годност", "termin ważności"},
	"Minimum TTL":                     {"най-малко време на живот", "minimalny czas życia"},
	"Priority":                        {"приоритет", "priorytet"},
	"Weight":                          {"тегло", "waga"},
	"Port":                            {"порт", "port"},
	"Target":                          {"цел", "cel"},
	"TXT":                             {"текст", "tekst"},
	"TXT length":                      {"дължина на текста", "długość tekstu"},
	"UDP payload size":                {"най-голям UDP пакет", "największy pakiet UDP"},
	"Higher bits in extended RCODE":   {"горни битове на кода", "górne bity kodu"},
	"EDNS version":                    {"версия на EDNS", "wersja EDNS"},
	"Z":                               {"Z", "Z"},
	"Option":                          {"опция", "opcja"},
	"Malformed":                       {"повредено", "uszkodzone"},
}

func init() {
	for name, texts := range fieldWords {
		key := "field." + name
		english[key], bulgarian[key], polish[key] = name, texts[0], texts[1]
	}
}
