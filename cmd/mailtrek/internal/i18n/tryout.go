package i18n

// The words of what one tries out besides the story: seats and changes in a
// lesson, and those of the linear player.
var tryoutWords = map[string][3]string{
	"learn.ahead": {
		"The play stops here: the next question asks about what comes. Enter leads on.",
		"Действието спира тук: следващият въпрос е за това, което предстои. Enter води нататък.",
		"Odtwarzanie zatrzymuje się tutaj: następne pytanie dotyczy tego, co nastąpi. Enter prowadzi dalej.",
	},
	"learn.closed": {
		"Answer the question first (x shows the answer): every other run would give it away.",
		"Първо отговорете на въпроса (x показва отговора): всяко друго протичане би го издало.",
		"Najpierw odpowiedz na pytanie (x pokazuje odpowiedź): każdy inny przebieg by ją zdradził.",
	},
	"learn.closed.plain": {
		"Answer the question first (show gives the answer): every other run would give it away.",
		"Първо отговорете на въпроса (show показва отговора): всяко друго протичане би го издало.",
		"Najpierw odpowiedz na pytanie (show podaje odpowiedź): każdy inny przebieg by ją zdradził.",
	},
	"learn.nocompare": {
		"Both runs stand beside each other when all questions about this story are answered.",
		"Двете протичания застават едно до друго, когато са отговорени всички въпроси за тази история.",
		"Oba przebiegi staną obok siebie, gdy odpowiesz na wszystkie pytania o tej historii.",
	},
	"help.learn.whatif": {"what if: change something and see", "ами ако: промяна и какво следва", "co by było, gdyby: zmiana i jej skutki"},
	"seat.interrupt": {
		"Esc leaves the seat; Ctrl-C once more leaves the program.",
		"Esc напуска мястото; още едно Ctrl-C напуска програмата.",
		"Esc opuszcza miejsce; jeszcze raz Ctrl-C opuszcza program.",
	},
	"seat.paste.much": {
		"At most {n} lines and a megabyte can be pasted at once.",
		"Наведнъж могат да се поставят най-много {n} реда и един мегабайт.",
		"Naraz można wkleić najwyżej {n} wierszy i megabajt.",
	},
	"seat.paste.long": {
		"A line that is typed has at most {n} octets.",
		"Един въведен ред има най-много {n} октета.",
		"Wpisywany wiersz ma najwyżej {n} oktetów.",
	},
	"seat.over.shell": {
		"The connection is over. Enter leads back to the shell.",
		"Връзката приключи. Enter води обратно в обвивката.",
		"Połączenie zakończone. Enter prowadzi z powrotem do powłoki.",
	},
	"plain.arg.seat":    {"HOST:PORT from HOST", "ХОСТ:ПОРТ from ХОСТ", "HOST:PORT from HOST"},
	"plain.arg.host":    {"HOST", "ХОСТ", "HOST"},
	"plain.arg.whatif":  {"[if CHANGE]", "[if ПРОМЯНА]", "[if ZMIANA]"},
	"plain.arg.file":    {"[FILE]", "[ФАЙЛ]", "[PLIK]"},
	"plain.does.seat":   {"telnet from a host to a server; alone: what there is", "telnet от хост към сървър; без нищо: какво има", "telnet z hosta do serwera; samo: co jest do wyboru"},
	"plain.does.shell":  {"the operator’s shell of a host", "обвивката на оператора на хост", "powłoka operatora hosta"},
	"plain.does.whatif": {"change something here and see; alone: asks step by step", "промени нещо тук и виж какво следва; без нищо: пита стъпка по стъпка", "zmień coś tutaj i zobacz skutki; samo: pyta krok po kroku"},
	"plain.does.compare": {
		"the rows in which this run and the one it left differ",
		"редовете, по които това протичане се различава от изходното",
		"wiersze, którymi ten przebieg różni się od wyjściowego",
	},
	"plain.does.other":  {"to the other of the two runs", "към другото от двете протичания", "do drugiego z dwóch przebiegów"},
	"plain.does.return": {"back to the story", "обратно към историята", "z powrotem do historii"},
	"plain.does.save":   {"write the run as a document (.md) or a file (.jsonl)", "запиши протичането като документ (.md) или файл (.jsonl)", "zapisz przebieg jako dokument (.md) lub plik (.jsonl)"},
	"plain.seats": {
		"One can sit down at these places. Type for instance: seat {place} from {host}, or: shell {host}",
		"Може да се седне на тези места. Напишете например: seat {place} from {host}, или: shell {host}",
		"Można usiąść w tych miejscach. Wpisz na przykład: seat {place} from {host}, albo: shell {host}",
	},
	"plain.seat.hosts":  {"hosts: {hosts}", "хостове: {hosts}", "hosty: {hosts}"},
	"plain.seat.noaddr": {"Nothing of that name takes connections here: {place}", "Нищо с това име не приема връзки тук: {place}", "Nic o tej nazwie nie przyjmuje tu połączeń: {place}"},
	"plain.seat.taken": {
		"You sit at {what}. Every line is typed there. Lines that begin with a tilde are for this program: ~help tells them, ~. leaves.",
		"Седите на {what}. Всеки ред се въвежда там. Редовете с тилда отпред са за тази програма: ~help ги изброява, ~. напуска.",
		"Siedzisz przy {what}. Każdy wiersz jest tam wpisywany. Wiersze z tyldą na początku są dla tego programu: ~help je wymienia, ~. opuszcza miejsce.",
	},
	"plain.seat.help": {
		"~. leaves · ~undo takes the last line back · ~wait lets time pass · ~lf TEXT ends a line with a lone LF · ~may what may be said now · ~complete TEXT how a line can go on · ~why explains the last answer · ~lens NAME reads a lens · ~save FILE · ~~TEXT types a tilde",
		"~. напуска · ~undo връща последния ред · ~wait пуска времето · ~lf ТЕКСТ завършва ред само с LF · ~may какво може да се каже сега · ~complete ТЕКСТ как може да продължи един ред · ~why обяснява последния отговор · ~lens ИМЕ чете изглед · ~save ФАЙЛ · ~~ТЕКСТ въвежда тилда",
		"~. opuszcza miejsce · ~undo cofa ostatni wiersz · ~wait pozwala płynąć czasowi · ~lf TEKST kończy wiersz samym LF · ~may co można teraz powiedzieć · ~complete TEKST jak może brzmieć dalej wiersz · ~why objaśnia ostatnią odpowiedź · ~lens NAZWA czyta widok · ~save PLIK · ~~TEKST wpisuje tyldę",
	},
	"plain.seat.may":      {"may be said now: {verbs}", "може да се каже сега: {verbs}", "można teraz powiedzieć: {verbs}"},
	"plain.seat.here":     {"lines up to {word} are what the command reads", "редовете до {word} са това, което командата чете", "wiersze do {word} to to, co polecenie czyta"},
	"plain.form.ask":      {"{ask} Type a number or a word; back, or cancel.", "{ask} Напишете номер или дума; back или cancel.", "{ask} Wpisz numer albo słowo; back albo cancel."},
	"plain.form.free":     {"{ask} Type it, or a number; back, or cancel.", "{ask} Напишете го или номер; back или cancel.", "{ask} Wpisz to albo numer; back albo cancel."},
	"plain.form.now":      {"it is now: {value}", "сега е: {value}", "teraz jest: {value}"},
	"plain.form.many":     {"Several begin so; type more, or a number.", "Няколко започват така; напишете повече или номер.", "Kilka tak się zaczyna; wpisz więcej albo numer."},
	"plain.form.gone":     {"Nothing was changed.", "Нищо не е променено.", "Niczego nie zmieniono."},
	"plain.whatif.syntax": {"For instance: what if {fault}; what if {host}$ postfix stop; what if alabala.com: @ MX 5 mail", "Например: what if {fault}; what if {host}$ postfix stop; what if alabala.com: @ MX 5 mail", "Na przykład: what if {fault}; what if {host}$ postfix stop; what if alabala.com: @ MX 5 mail"},
	"plain.was":           {"was: {what}", "беше: {what}", "było: {what}"},
	"plain.now":           {"now: {what}", "сега: {what}", "teraz: {what}"},
	"plain.absent":        {"nothing", "нищо", "nic"},
	"plain.diff":          {"Rows that differ: {n}; the first {shown}:", "Различни редове: {n}; първите {shown}:", "Wierszy różnych: {n}; pierwsze {shown}:"},
	"plain.run":           {"This is the run: {what}", "Това е протичането: {what}", "To jest przebieg: {what}"},
	"learn.plain.also": {
		"Also: lens NAME, seat, shell HOST, what if, why, find TEXT; a lone help lists all commands of the play.",
		"Също: lens ИМЕ, seat, shell ХОСТ, what if, why, find ТЕКСТ; help самостоятелно изброява всички команди на действието.",
		"Także: lens NAZWA, seat, shell HOST, what if, why, find TEKST; samo help wymienia wszystkie polecenia odtwarzania.",
	},
	"learn.plain.back": {
		"Back in the lesson, at stop {n}.",
		"Обратно в урока, на спирка {n}.",
		"Z powrotem w lekcji, przystanek {n}.",
	},
	"lock.own":   {"this session holds the lock of the maildrop", "тази сесия държи ключалката на кутията", "ta sesja trzyma blokadę skrzynki"},
	"lock.other": {"the maildrop of {user} is locked: connection {n}, from {host}", "кутията на {user} е заключена: връзка {n}, от {host}", "skrzynka {user} jest zablokowana: połączenie {n}, z {host}"},
	"hint.empty": {
		"An empty line is no command. Type one of those below.",
		"Празният ред не е команда. Въведете някоя от изброените долу.",
		"Pusty wiersz nie jest poleceniem. Wpisz jedno z wymienionych niżej.",
	},
	"hint.helo": {
		"Say who you are: {line}. The name is what the server writes into Received, beside what it sees itself.",
		"Кажете кой сте: {line}. Това име сървърът записва в Received, до онова, което вижда сам.",
		"Powiedz, kim jesteś: {line}. Tę nazwę serwer zapisuje w Received obok tego, co widzi sam.",
	},
	"hint.astext": {
		"{verb} is text of the message here: until a line with a lone dot the server takes no commands.",
		"Тук {verb} е текст на писмото: до ред само с точка сървърът не приема команди.",
		"{verb} to tutaj tekst listu: do wiersza z samą kropką serwer nie przyjmuje poleceń.",
	},
	"hint.dele": {
		"The message is only marked. It goes when you say QUIT; who hangs up without it loses nothing, RSET takes the marks back.",
		"Писмото е само отбелязано. Изчезва, когато кажете QUIT; който затвори без него, не губи нищо, а RSET маха отметките.",
		"List jest tylko oznaczony. Zniknie, gdy powiesz QUIT; kto się rozłączy bez tego, nic nie traci, a RSET cofa oznaczenia.",
	},
	"hint.auth.tls": {
		"A password may not go over this line in clear. Say {verb} first; inside TLS the same command works.",
		"Паролата не бива да минава явно по тази връзка. Първо кажете {verb}; вътре в TLS същата команда върви.",
		"Hasło nie może tędy iść otwartym tekstem. Najpierw powiedz {verb}; wewnątrz TLS to samo polecenie działa.",
	},
	"hint.auth.clear": {
		"Accepted, but the password went over the line for everybody to read (base64 hides nothing). {verb} first would have sealed it.",
		"Прието, но паролата мина така, че всеки по пътя можеше да я прочете (base64 не крие нищо). {verb} преди това щеше да я запечата.",
		"Przyjęto, ale hasło przeszło tak, że każdy po drodze mógł je przeczytać (base64 niczego nie ukrywa). Wcześniejsze {verb} by je zapieczętowało.",
	},
	"hint.literal.more": {
		"The literal has {of} octets, a line end counted as two: the server waits for {n} more.",
		"Литералът има {of} октета, а краят на ред се брои за два: сървърът чака още {n}.",
		"Literał ma {of} oktetów, a koniec wiersza liczy się za dwa: serwer czeka na jeszcze {n}.",
	},
	"hint.literal.over": {
		"The literal was announced with {n} octets, and {has} came, line ends counted as two: what is too much is taken for the rest of the command.",
		"Литералът беше обявен с {n} октета, а дойдоха {has}, като краят на ред се брои за два: излишното се приема за остатък от командата.",
		"Literał zapowiedziano na {n} oktetów, a przyszło {has}, licząc koniec wiersza za dwa: nadmiar jest brany za resztę polecenia.",
	},
	"plain.end": {
		"The connection is over: ~undo takes the last line back, ~. leaves.",
		"Връзката приключи: ~undo връща последния ред, ~. напуска.",
		"Połączenie zakończone: ~undo cofa ostatni wiersz, ~. opuszcza miejsce.",
	},
	"plain.end.closed": {
		"The server has closed the connection: ~undo takes the last line back, ~. leaves and the story goes on.",
		"Сървърът затвори връзката: ~undo връща последния ред, ~. напуска и историята продължава.",
		"Serwer zamknął połączenie: ~undo cofa ostatni wiersz, ~. opuszcza miejsce i historia toczy się dalej.",
	},
	"plain.end.refused": {
		"The connection was refused: nothing listens there. Type ~. to leave.",
		"Връзката е отказана: там нищо не слуша. Напишете ~. за напускане.",
		"Połączenie odrzucono: nic tam nie nasłuchuje. Wpisz ~. aby odejść.",
	},
	"plain.end.silent": {
		"Nobody answers: the host is down, or there is no way to it. Type ~. to leave.",
		"Никой не отговаря: хостът е спрян или няма път до него. Напишете ~. за напускане.",
		"Nikt nie odpowiada: host jest wyłączony albo nie ma do niego drogi. Wpisz ~. aby odejść.",
	},
	"plain.left": {
		"You stand up, and the story goes on for {n} events. Type compare for what differs, return for the story as it was.",
		"Ставате и историята продължава с {n} събития. Напишете compare за разликите, return за историята, каквато беше.",
		"Wstajesz, a historia trwa jeszcze {n} zdarzeń. Wpisz compare, by zobaczyć różnice, return, by wrócić do historii.",
	},
	"plain.back": {
		"Back from: {what}. Type other to go there again.",
		"Обратно от: {what}. Напишете other, за да отидете пак там.",
		"Powrót z: {what}. Wpisz other, by pójść tam znów.",
	},
	"plain.single": {
		"There is only one run so far. Type what if to change something.",
		"Засега има само едно протичане. Напишете what if, за да промените нещо.",
		"Na razie jest tylko jeden przebieg. Wpisz what if, by coś zmienić.",
	},
	"fork.trace": {
		"This run cannot be changed: the file holds what happened, not the world in which it did. Open the scenario itself, a saved run or a message.",
		"Това протичане не може да се променя: файлът съдържа станалото, не и света, в който е станало. Отворете самия сценарий, запазено протичане или писмо.",
		"Tego przebiegu nie można zmienić: plik zawiera to, co się zdarzyło, nie świat, w którym się zdarzyło. Otwórz sam scenariusz, zapisany przebieg albo list.",
	},
	"fork.other": {
		"This run cannot be changed: its scenario plays differently now, or somebody has intervened in it.",
		"Това протичане не може да се променя: сценарият му сега протича другояче или някой се е намесил в него.",
		"Tego przebiegu nie można zmienić: jego scenariusz przebiega teraz inaczej albo ktoś w niego ingerował.",
	},
	"fork.live": {
		"This run goes on outside: its world belongs to the server. What serve --record has written, run --replay plays again.",
		"Това протичане продължава навън: светът му принадлежи на сървъра. Записаното със serve --record се изпълнява отново с run --replay.",
		"Ten przebieg toczy się na zewnątrz: jego świat należy do serwera. To, co zapisał serve --record, odtwarza run --replay.",
	},
}

func init() {
	for key, texts := range tryoutWords {
		english[key], bulgarian[key], polish[key] = texts[0], texts[1], texts[2]
	}
}
