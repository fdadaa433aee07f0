package explain

import "strings"

// saying is what the model of a program says in an event in words of its own: a
// request to another daemon, a reason for a decision. A trace has it in English;
// sentences in other languages have it in theirs. A "*" stands for what only the
// running program knows. What the real programs print stays as it is.
type saying struct{ said, bg, pl string }

// sayings are tried in their order.
var sayings = []saying{
	// What daemons ask and tell each other.
	{"connection from * to service *: * at a time, * within *", "връзка от * към услугата *: * едновременно, * за *", "połączenie z * do usługi *: * naraz, * w ciągu *"},
	{"connection from *", "връзка от *", "połączenie z *"},
	{"deliver to * over retry:*", "получатели *, през retry: *", "odbiorcy *, przez retry: *"},
	{"deliver to * over *", "получатели *, през *", "odbiorcy *, przez *"},
	{"deliver mail for *", "достави пощата за *", "doręcz pocztę dla *"},
	{"pass * to *", "* да отиде при *", "* ma trafić do *"},
	{"note *: *, *", "запиши *: *, *", "zapisz *: *, *"},
	{"look up * in *", "потърси * в *", "poszukaj * w *"},
	{"there is mail in maildrop", "има поща в maildrop", "jest poczta w maildrop"},
	{"put a message of uid * into maildrop", "сложи писмо на потребителя с uid * в maildrop", "włóż do maildrop list użytkownika o uid *"},
	{"new mail", "нова поща", "nowa poczta"},
	{"list the queue", "изброй опашката", "wypisz kolejkę"},
	{"not completed", "недовършено", "nieukończone"},
	{"the queue is empty", "опашката е празна", "kolejka jest pusta"},
	{"try all deferred mail now", "опитай сега цялата отложена поща", "spróbuj teraz całej odroczonej poczty"},
	{"try * now", "опитай * сега", "spróbuj * teraz"},
	{"policy request for *", "въпрос за *", "pytanie o *"},
	{"can mail be delivered to *?", "може ли да се достави поща на *?", "czy pocztę do * można doręczyć?"},
	{"* is deliverable: *", "на * може да се доставя: *", "do * można doręczyć: *"},
	{"* is undeliverable: *", "на * не може да се доставя: *", "do * nie można doręczyć: *"},
	{"* is Address verification in progress", "* още се проверява", "* jest jeszcze sprawdzany"},
	{"deliverable: *", "може да се доставя: *", "można doręczyć: *"},
	{"undeliverable: *", "не може да се доставя: *", "nie można doręczyć: *"},
	{"find a connection of * to *: none", "намери връзка на * към *: няма", "znajdź połączenie * do *: nie ma"},
	{"find a connection of * to *: *", "намери връзка на * към *: *", "znajdź połączenie * do *: *"},
	{"find a connection of *: none", "намери връзка за *: няма", "znajdź połączenie dla *: nie ma"},
	{"find a connection of *: *", "намери връзка за *: *", "znajdź połączenie dla *: *"},
	{"the connection to *, which has carried *", "връзката с *, която е пренесла досега *", "połączenie z *, które przeniosło dotąd *"},
	{"keep the connection to * for *, for * to *", "запази връзката с * за срок от *, за * към *", "zachowaj połączenie z * na czas *, dla * do *"},
	{"keep the connection to * for *, for *", "запази връзката с * за срок от *, за *", "zachowaj połączenie z * na czas *, dla *"},
	{"keep the connection to * for *", "запази връзката с * за срок от *", "zachowaj połączenie z * na czas *"},
	{"connect to *", "свържи се с *", "połącz się z *"},
	{"run *", "пусни *", "uruchom *"},
	{"resolve *: *", "накъде с *: *", "dokąd z *: *"},
	{"request *", "поръчка *", "polecenie *"},
	{"the end of: *", "край на: *", "koniec: *"},
	{"learned * ago from event *", "научено преди * в събитие *", "usłyszana * temu w zdarzeniu *"},

	// Why a queue file moves.
	{"taken up as *", "взето като *", "wzięty jako *"},
	{"transaction given up", "транзакцията е изоставена", "transakcja porzucona"},
	{"discarded: *", "изхвърлено: *", "wyrzucony: *"},
	{"returned: *", "върнато: *", "zwrócony: *"},
	{"an access table says HOLD", "таблица за достъп казва HOLD", "tablica dostępu mówi HOLD"},
	{"still being delivered", "още се доставя", "jest jeszcze doręczany"},
	{"the queue manager has started", "управителят на опашката започна работа", "zarządca kolejki zaczął pracę"},

	// Why the queue manager decides.
	{"the destination has a pause, *", "целта има почивка, *", "cel ma przerwę, *"},
	{"the window of the destination is full", "прозорецът на целта е пълен", "okno celu jest pełne"},
	{"the transport has a pause, *", "транспортът има почивка, *", "transport ma przerwę, *"},
	{"all processes of the service are busy, *", "всички процеси на услугата са заети, *", "wszystkie procesy usługi są zajęte, *"},
	{"other mail comes first", "друга поща е преди него", "inna poczta ma pierwszeństwo"},
	{"a rate delay takes its place", "вместо това има почивка между доставките", "zamiast tego jest przerwa między doręczeniami"},
	{"minimal_backoff_time is over", "изтече minimal_backoff_time", "minęło minimal_backoff_time"},
	{"transport_retry_time is over", "изтече transport_retry_time", "minęło transport_retry_time"},
	{"a delivery has failed: *; failed in a row, in cohorts: * of *", "една доставка се провали: *; неуспехи поред, в кохорти: * от *", "doręczenie zawiodło: *; niepowodzeń pod rząd, w kohortach: * z *"},
	{"a delivery has succeeded", "една доставка успя", "jedno doręczenie się powiodło"},
	{"the active queue is full (qmgr_message_active_limit)", "активната опашка е пълна (qmgr_message_active_limit)", "kolejka active jest pełna (qmgr_message_active_limit)"},
}

// Saying is a text that a daemon of the model says in an event, in a language. A
// text that is no saying of the model's own stays.
func Saying(lang, text string) string {
	if lang != "bg" && lang != "pl" {
		return text
	}
	for i := range sayings {
		values, ok := captured(sayings[i].said, text)
		if !ok {
			continue
		}
		own := sayings[i].bg
		if lang == "pl" {
			own = sayings[i].pl
		}
		var b strings.Builder
		for _, v := range values {
			before, after, _ := strings.Cut(own, "*")
			b.WriteString(before + v)
			own = after
		}
		return b.String() + own
	}
	return text
}

// captured is what stands in a text in the places of the stars of a pattern;
// every star but the last takes as little as it can.
func captured(pattern, text string) (values []string, ok bool) {
	first, rest, more := strings.Cut(pattern, "*")
	if text, ok = strings.CutPrefix(text, first); !ok || !more {
		return nil, ok && text == ""
	}
	for more {
		first, rest, more = strings.Cut(rest, "*")
		if !more {
			value, ends := strings.CutSuffix(text, first)
			return append(values, value), ends
		}
		value, after, found := strings.Cut(text, first)
		if !found {
			return nil, false
		}
		values, text = append(values, value), after
	}
	return values, true
}
