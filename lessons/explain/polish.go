package explain

// polish translates english, group by group.
var polish = joinTexts(polishConnection, polishSMTP, polishReplies, polishMailbox, polishDNS, polishHost, polishSchedule, polishLog)

var polishLog = map[string]string{
	"log":            "Wiersz w dzienniku {host}, od {program}.",
	"log.connect":    "Dziennik {host}: połączył się klient. Jego nazwa to ta, którą potwierdził DNS, albo „unknown”.",
	"log.client":     "Dziennik {host}: odtąd list to {id}. Kto śledzi list w dzienniku, szuka tego numeru, host po hoście.",
	"log.messageid":  "Dziennik {host} łączy numer {id}, który zna tylko ten host, z Message-ID, które na każdym hoście jest takie samo.",
	"log.active":     "Dziennik {host}: qmgr zaczyna doręczać {id}. Wiersz powtarza się przy każdej następnej próbie.",
	"log.sent":       "Dziennik {host}: doręczono do {rcpt}, przez {relay}. Opóźnienia {delays} to czas przed qmgr, w qmgr, na połączenie i na przesłanie.",
	"log.deferred":   "Dziennik {host}: {rcpt} musi czekać ({dsn}); powód stoi w nawiasie. status=deferred znaczy, że nic nie zginęło.",
	"log.bounced":    "Dziennik {host}: doręczenie do {rcpt} ostatecznie się nie udało ({dsn}). Nadawca dostaje zawiadomienie.",
	"log.expired":    "Dziennik {host}: po maximal_queue_lifetime list uznaje się za niedoręczalny i zwraca.",
	"log.removed":    "Dziennik {host}: {id} jest skończone, a jego plik usunięty.",
	"log.disconnect": "Dziennik {host}: klient odszedł. Liczniki mówią, jakich poleceń użył, udane/wszystkie tam, gdzie się różnią.",
	"log.lost":       "Dziennik {host}: klient odszedł bez QUIT. Listu, na którego końcową kropkę nie odpowiedziano, nie przyjęto.",
	"log.errors":     "Dziennik {host}: po smtpd_hard_error_limit błędach sesję zakończono.",
	"log.reject":     "Dziennik {host}: odmówiono polecenia. NOQUEUE znaczy, że nie było jeszcze pliku w kolejce.",
	"log.pickup":     "Dziennik {host}: list oddany na samym hoście, przez użytkownika o tym numerze.",
	"log.bounce":     "Dziennik {host}: zawiadomienie dla nadawcy jest w drodze, z własnym numerem w kolejce.",
	"log.connectto":  "Dziennik {host}: nie udało się połączyć. Próbuje się następnego serwera, jeśli jest.",
	"log.passing":    "Dziennik {host}: local(8) oddaje list innemu transportowi (mailbox_transport).",
	"log.start":      "Dziennik {host}: Postfix został uruchomiony.",
	"log.saved":      "Dziennik {host}: Dovecot zapisał list w skrzynce.",
	"log.lmtp":       "Dziennik {host}: serwer LMTP Dovecota ma klienta, przez gniazdo na tym samym hoście.",
	"log.hold":       "Dziennik {host}: operator wstrzymał pocztę albo ją zwolnił; numer mówi którą.",
	"log.postsuper":  "Dziennik {host}: operator pracował na plikach kolejki.",
	"log.login":      "Dziennik {host}: ktoś się zalogował; rip to adres klienta, lip własny adres serwera.",
	"log.loggedout":  "Dziennik {host}: sesja jest skończona, wraz z tym, co zrobiła.",
	"log.anvil":      "Dziennik {host}: najwyższe liczby ostatnich minut.",
	"log.warning":    "Dziennik {host}: ostrzeżenie od {program}. Praca trwa, ale ktoś powinien zajrzeć.",
	"log.fatal":      "Dziennik {host}: {program} nie może pracować dalej.",
}
