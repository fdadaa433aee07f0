package i18n

// The words of the lenses, the three languages beside each other.
var lensWords = map[string][3]string{
	"dlg.machine": {"states and what leads on", "състояния и какво води нататък", "stany i przejścia"},
	"dlg.may":     {"may be said now, and the answer", "може да се каже сега, и отговорът", "można teraz powiedzieć, i odpowiedź"},
	"dlg.maynot":  {"would be out of order now", "сега би било не на място", "teraz byłoby nie w porę"},
	"dlg.more":    {"… {n} more", "… още {n}", "… jeszcze {n}"},

	"wire.title":   {"ON THE WIRE", "ПО МРЕЖАТА", "W SIECI"},
	"wire.lines":   {"{n} lines, the longest of {longest} octets", "{n} реда, най-дългият от {longest} октета", "wierszy: {n}, najdłuższy ma {longest} oktetów"},
	"wire.advised": {"{n} longer than the advised 78", "{n} над препоръчаните 78", "{n} powyżej zalecanych 78"},
	"wire.most":    {"{n} longer than the permitted 998", "{n} над позволените 998", "{n} powyżej dozwolonych 998"},
	"wire.stored":  {"not sent yet", "още не е изпращано", "jeszcze nie wysłano"},
	"wire.crlf":    {"every line ends in CRLF", "всеки ред завършва с CRLF", "każdy wiersz kończy się CRLF"},
	"wire.bare":    {"{n} lines end in a bare LF", "{n} реда завършват само с LF", "wierszy zakończonych samym LF: {n}"},
	"wire.dots":    {"lines with a dot put before theirs: {n}; a lone dot ends the text", "редове с добавена точка отпред: {n}; самотна точка завършва текста", "wierszy z dopisaną kropką: {n}; samotna kropka kończy tekst"},
	"wire.nodot":   {"no lone dot at the end: its length was said before", "без самотна точка накрая: дължината е казана предварително", "bez kropki na końcu: długość podano wcześniej"},
	"wire.seven":   {"all octets are ASCII", "всички октети са ASCII", "wszystkie oktety to ASCII"},
	"wire.eight":   {"{n} octets above 127, which need 8BITMIME", "{n} октета над 127: нужно е 8BITMIME", "oktetów powyżej 127: {n}, potrzebne 8BITMIME"},
	"wire.utf8":    {"{n} octets above 127, also in the header, which needs SMTPUTF8", "{n} октета над 127, и в заглавната част: нужно е SMTPUTF8", "oktetów powyżej 127: {n}, także w nagłówku, potrzebne SMTPUTF8"},
	"wire.stuffed": {"sent with two dots", "изпратен с две точки", "wysłany z dwiema kropkami"},

	"mime.octets": {"{n} octets that are no text", "{n} октета, които не са текст", "{n} oktetów, które nie są tekstem"},
	"mime.readas": {"read as", "прочетено като", "odczytane jako"},
	"mime.raw":    {"as it was sent", "както е изпратено", "tak jak wysłano"},

	"msg.diff.null":   {"the null sender: no bounce may follow", "нулев подател: няма да има върнато писмо", "pusty nadawca: nie będzie zwrotu"},
	"msg.diff.from":   {"as in From:", "както във From:", "jak w From:"},
	"msg.diff.nofrom": {"there is no From:", "няма From:", "nie ma From:"},
	"msg.diff.other":  {"not {field}", "не {field}", "nie {field}"},
	"msg.diff.in":     {"in {field}", "във {field}", "w {field}"},
	"msg.diff.notin":  {"in no To: or Cc:", "няма го в To: и Cc:", "brak w To: i Cc:"},
	"msg.diff.only":   {"only in the header: {who}", "само в заглавната част: {who}", "tylko w nagłówku: {who}"},
	"msg.pickhint":    {"J K choose a line, w who wrote it", "J K избират ред, w кой го е писал", "J K wybiera wiersz, w kto go napisał"},
	"msg.wrote":       {"written by event {n} (w): {what}", "написано от събитие {n} (w): {what}", "napisało zdarzenie {n} (w): {what}"},
	"msg.became":      {"last seen at event {n} (W): {what}", "за последно при събитие {n} (W): {what}", "ostatnio przy zdarzeniu {n} (W): {what}"},

	"help.jump":    {"choose a line with J K, then: to its event", "избери ред с J K, после: към събитието му", "wybierz wiersz przez J K, potem: do jego zdarzenia"},
	"help.wrote":   {"who wrote this line? what became of it?", "кой е писал този ред? какво е станало с него?", "kto napisał ten wiersz? co się z nim stało?"},
	"pick.none":    {"There is no line to choose here yet.", "Тук още няма ред за избиране.", "Nie ma tu jeszcze wiersza do wyboru."},
	"pick.first":   {"Choose a line first, with J and K.", "Първо избери ред с J и K.", "Najpierw wybierz wiersz klawiszami J i K."},
	"pick.unknown": {"No event tells that.", "Никое събитие не казва това.", "Żadne zdarzenie o tym nie mówi."},
	"pick.wrote":   {"Event {n} wrote: {line}", "Събитие {n} написа: {line}", "Zdarzenie {n} napisało: {line}"},
	"pick.became":  {"Event {n} was the last with: {line}", "Събитие {n} е последното с: {line}", "Zdarzenie {n} było ostatnie z: {line}"},
}

func init() {
	for key, texts := range lensWords {
		english[key], bulgarian[key], polish[key] = texts[0], texts[1], texts[2]
	}
}
