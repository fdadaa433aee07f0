package i18n

// The words of the keys, the palette, the breakpoints and the depths, the three
// languages beside each other.
var keyWords = map[string][3]string{
	"key.palette": {"commands", "команди", "polecenia"},

	"help.line":      {"a line of a dialogue on, or back", "ред от диалог напред или назад", "wiersz dialogu dalej lub wstecz"},
	"help.octet":     {"an octet on, or back", "октет напред или назад", "oktet dalej lub wstecz"},
	"help.message":   {"to where the next message begins, the one before", "към началото на следващото писмо или на предишното", "do początku następnej wiadomości, poprzedniej"},
	"help.until":     {"run to the next stop at once, back to the last one", "направо до следващото спиране, назад до последното", "od razu do następnego zatrzymania, wstecz do ostatniego"},
	"help.stops":     {"stop wherever a selector names the event (reply 4??)", "спирай при всяко събитие, което селектор сочи (reply 4??)", "zatrzymuj przy każdym zdarzeniu selektora (reply 4??)"},
	"help.document":  {"the document of the story: its prose and its blocks", "документът на историята: текстът и блоковете му", "dokument tej historii: jego tekst i bloki"},
	"document.title": {"The document", "Документът", "Dokument"},
	"document.none":  {"this is a trace without its document", "това е запис без документа си", "to jest zapis bez dokumentu"},
	"help.depth":     {"explain less or more: novice, course, RFC", "обяснявай по-малко или повече: начинаещ, курс, RFC", "wyjaśniaj mniej lub więcej: nowicjusz, kurs, RFC"},
	"help.cause":     {"to the event that caused this one", "към събитието, което е причина за това", "do zdarzenia, które spowodowało to"},
	"help.palette":   {"every command, lens, place and setting by its name", "всяка команда, изглед, място и настройка по име", "każde polecenie, widok, miejsce i ustawienie po nazwie"},

	"here.map":       {"The map: hosts, links and where the messages are. The steps move them.", "Картата: хостове, връзки и къде са писмата. Стъпките ги движат.", "Mapa: hosty, łącza i miejsca wiadomości. Kroki je poruszają."},
	"here.ladder":    {"The ladder: who said what to whom, from top to bottom.", "Стълбата: кой какво на кого е казал, отгоре надолу.", "Drabina: kto komu co powiedział, z góry na dół."},
	"here.dialogue":  {"The dialogue: {down} {up} choose a line, {jump} goes to it, {became} to what it caused.", "Диалогът: {down} {up} избират ред, {jump} отива при него, {became} – при последствието му.", "Dialog: {down} {up} wybierają wiersz, {jump} idzie do niego, {became} do jego skutku."},
	"here.postfix":   {"Postfix on one host: its daemons and its queues at this moment.", "Postfix на един хост: демоните и опашките му в този момент.", "Postfix na jednym hoście: jego demony i kolejki w tej chwili."},
	"here.message":   {"The message: {down} {up} choose a line, {wrote} asks who wrote it, {became} what became of it.", "Писмото: {down} {up} избират ред, {wrote} пита кой го е писал, {became} – какво е станало с него.", "Wiadomość: {down} {up} wybierają wiersz, {wrote} pyta, kto go napisał, {became} co się z nim stało."},
	"here.dns":       {"The DNS: {down} {up} choose a question or an answer, {jump} goes to it, {became} to what came of it.", "DNS: {down} {up} избират въпрос или отговор, {jump} отива при него, {became} – при последствието.", "DNS: {down} {up} wybierają pytanie lub odpowiedź, {jump} idzie do niej, {became} do jej skutku."},
	"here.mailboxes": {"The mailboxes: {down} {up} choose a message, {wrote} asks who stored it, {became} what happened to it last.", "Кутиите: {down} {up} избират писмо, {wrote} пита кой го е оставил, {became} – какво последно е станало.", "Skrzynki: {down} {up} wybierają wiadomość, {wrote} pyta, kto ją zapisał, {became} co się z nią ostatnio stało."},
	"here.log":       {"The log: {down} {up} choose a line, {jump} goes to its event, {became} to what caused it.", "Дневникът: {down} {up} избират ред, {jump} отива при събитието му, {became} – при причината.", "Dziennik: {down} {up} wybierają wiersz, {jump} idzie do jego zdarzenia, {became} do przyczyny."},
	"here.bytes":     {"The octets: {octet} goes from one to the next, {down} {up} choose a named piece.", "Октетите: {octet} върви от един към следващия, {down} {up} избират назована част.", "Oktety: {octet} idzie od jednego do następnego, {down} {up} wybierają nazwaną część."},
	"here.compare":   {"Two runs beside each other: the steps go from row to row, the commands from difference to difference; {exchange} goes to the other run, {leave} back.", "Две протичания едно до друго: стъпките вървят по редове, командите – по разлики; {exchange} отива в другото, {leave} – назад.", "Dwa przebiegi obok siebie: kroki idą po wierszach, polecenia po różnicach; {exchange} przechodzi do drugiego, {leave} wraca."},
	"here.fork":      {"A run of your own: {exchange} goes to the other one, {compare} shows both, {leave} returns.", "Ваше протичане: {exchange} отива в другото, {compare} показва двете, {leave} се връща.", "Twój przebieg: {exchange} przechodzi do drugiego, {compare} pokazuje oba, {leave} wraca."},

	"pick.nolens":    {"“{lens}” has no lines to choose; {have} have.", "„{lens}“ няма редове за избор; има ги в {have}.", "„{lens}” nie ma wierszy do wyboru; mają je {have}."},
	"theme.none":     {"Colours are off (NO_COLOR, --no-color).", "Цветовете са изключени (NO_COLOR, --no-color).", "Kolory są wyłączone (NO_COLOR, --no-color)."},
	"run.single":     {"There is only one run so far. Press {key} to ask: what if?", "Засега има само едно протичане. Натиснете {key}: а какво, ако?", "Na razie jest tylko jeden przebieg. Naciśnij {key}: co by było, gdyby?"},
	"step.none.on":   {"There is none further on.", "По-нататък няма.", "Dalej już nie ma."},
	"step.none.back": {"There is none before.", "По-рано няма.", "Wcześniej nie ma."},
	"octet.now":      {"octet {n} of {of}: {hex} {bits} {char}", "октет {n} от {of}: {hex} {bits} {char}", "oktet {n} z {of}: {hex} {bits} {char}"},

	"prompt.hint.tab": {"Enter goes, Tab completes, Esc leaves", "Enter потвърждава, Tab допълва, Esc отказва", "Enter zatwierdza, Tab uzupełnia, Esc rezygnuje"},
	"prompt.stop":     {"stop at", "спирай при", "zatrzymuj przy"},
	"stops.on":        {"The play will stop at {what}: {n} events. {key} runs there.", "Ще спира при {what}: {n} събития. {key} отива направо там.", "Zatrzyma się przy {what}: zdarzeń {n}. {key} idzie tam od razu."},
	"stops.off":       {"No stop at {what} any more.", "Вече не спира при {what}.", "Już nie zatrzymuje się przy {what}."},
	"stops.none":      {"No stops any more.", "Вече няма спирания.", "Nie ma już zatrzymań."},
	"stops.hit":       {"Stopped: {what}", "Спряно: {what}", "Zatrzymano: {what}"},
	"until.none":      {"There is nothing to stop at yet. Press {key} and name it: reply 4??", "Още няма къде да спре. Натиснете {key} и го назовете: reply 4??", "Nie ma jeszcze na czym stanąć. Naciśnij {key} i nazwij to: reply 4??"},
	"until.nomore":    {"No further stop in this direction.", "В тази посока няма друго спиране.", "W tym kierunku nie ma już zatrzymania."},

	"plain.arg.depth":    {"NAME", "ИМЕ", "NAZWA"},
	"plain.does.depth":   {"explain as to a novice, as in the course, or with the RFCs: novice, course, rfc", "обяснявай като на начинаещ, като в курса или с RFC: novice, course, rfc", "wyjaśniaj jak nowicjuszowi, jak na kursie albo z RFC: novice, course, rfc"},
	"plain.does.said":    {"to the next line that is said", "към следващия казан ред", "do następnego wypowiedzianego wiersza"},
	"plain.does.message": {"to where the next message begins", "към началото на следващото писмо", "do początku następnej wiadomości"},
	"plain.does.stop":    {"name what to stop at, or no more", "назови къде да спира, или вече не", "nazwij, na czym stawać, albo już nie"},
	"plain.does.run":     {"run to the next stop", "направо до следващото спиране", "od razu do następnego zatrzymania"},
	"depth.unknown":      {"The depths are novice, course and rfc.", "Дълбочините са novice, course и rfc.", "Głębokości to novice, course i rfc."},
	"depth.now":          {"Explanations: {name}: {what}", "Обяснения: {name}: {what}", "Wyjaśnienia: {name}: {what}"},
	"depth.novice":       {"novice", "начинаещ", "nowicjusz"},
	"depth.course":       {"course", "курс", "kurs"},
	"depth.rfc":          {"RFC", "RFC", "RFC"},
	"depth.novice.does":  {"a plain sentence", "едно просто изречение", "jedno proste zdanie"},
	"depth.course.does":  {"what, why and what next", "какво, защо и после какво", "co, dlaczego i co dalej"},
	"depth.rfc.does":     {"clauses, codes digit by digit, the columns of the event", "точки, кодове цифра по цифра, колоните на събитието", "paragrafy, kody cyfra po cyfrze, kolumny zdarzenia"},
	"page.columns":       {"COLUMNS of the event, as in the JSONL file", "КОЛОНИ на събитието, както във файла JSONL", "KOLUMNY zdarzenia, jak w pliku JSONL"},
	"page.note":          {"{key} deeper, any other key closes", "{key} по-дълбоко, друг клавиш затваря", "{key} głębiej, inny klawisz zamyka"},
	"page.scrolls":       {"↓ ↑ scroll ({n} more), {key} deeper, any other key closes", "↓ ↑ местят (още {n}), {key} по-дълбоко, друг клавиш затваря", "↓ ↑ przewijają (jeszcze {n}), {key} głębiej, inny klawisz zamyka"},

	"keyfile.head": {
		"The keys of mailtrek, as they are now.\nTo change them, keep this as keys.conf in the folder mailtrek of your configuration\n(~/.config on most systems; $XDG_CONFIG_HOME names another). A line is an action and its\nkeys with blanks between; without keys the palette still has it. Lines may be left out.\nKeys: a character, or up down left right home end pgup pgdown tab enter esc space\nbackspace delete insert f1 … f12, with ctrl+ alt+ shift+ before it.",
		"Клавишите на mailtrek, каквито са сега.\nЗа да ги промените, запазете това като keys.conf в папката mailtrek на вашите настройки\n(обикновено ~/.config; $XDG_CONFIG_HOME посочва друга). Редът е действие и клавишите му\nс интервали помежду; без клавиши го има още в палитрата. Редове могат да се пропускат.\nКлавиши: знак или up down left right home end pgup pgdown tab enter esc space\nbackspace delete insert f1 … f12, с ctrl+ alt+ shift+ отпред.",
		"Klawisze mailtreka, takie jak teraz.\nAby je zmienić, zapisz to jako keys.conf w katalogu mailtrek swojej konfiguracji\n(zwykle ~/.config; $XDG_CONFIG_HOME wskazuje inny). Wiersz to czynność i jej klawisze\nz odstępami; bez klawiszy ma ją nadal paleta. Wiersze można pomijać.\nKlawisze: znak albo up down left right home end pgup pgdown tab enter esc space\nbackspace delete insert f1 … f12, z ctrl+ alt+ shift+ na początku.",
	},
	"keyfile.play":   {"A story: lenses, comparison, everything that is not below.", "История: изгледи, сравнение и всичко, което не е по-долу.", "Historia: widoki, porównanie i wszystko, czego nie ma niżej."},
	"keyfile.seat":   {"A seat, where characters are typed.", "Място, където се пишат знаци.", "Stanowisko, gdzie wpisuje się znaki."},
	"keyfile.lesson": {"A lesson; these go before the keys of the story in it.", "Урок; тези са преди клавишите на историята в него.", "Lekcja; te mają pierwszeństwo przed klawiszami historii."},
	"keyfile.home":   {"The first screen.", "Първият екран.", "Pierwszy ekran."},
}

func init() {
	for _, table := range []map[string][3]string{keyWords, doWords, paletteWords} {
		for key, texts := range table {
			english[key], bulgarian[key], polish[key] = texts[0], texts[1], texts[2]
		}
	}
}
