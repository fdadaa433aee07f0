package explain

var polishSchedule = map[string]string{
	"schedule.window.up":   "qmgr(8) na {host} poszerza okno celu {dest}: po udanym doręczeniu pozwala naraz na {n} zamiast {before}.",
	"schedule.window.down": "qmgr(8) na {host} zwęża okno celu {dest} z {before} do {n} doręczeń naraz: jedno tam nie dotarło.",
	"schedule.dead":        "{dest} trafia na listę martwych na {host}: zawiodło pod rząd tyle doręczeń, ile mieści okno. Przez {for} qmgr(8) nie próbuje; poczta do tego celu od razu idzie do kolejki deferred. Powód: {text}",
	"schedule.alive":       "{dest} schodzi z listy martwych na {host} ({why}): następny list do tego celu będzie próbowany.",
	"schedule.rest":        "{host} daje celowi {dest} przerwę {for} przed następnym doręczeniem, jak każe {text}.",
	"schedule.wait":        "{id} musi na {host} poczekać na doręczenie do {dest}: w toku są {before}, wolno {n} ({why}).",
	"schedule.go":          "Przyszła kolej na {id}: razem z nim do {dest} trwa doręczeń {before}, wolno {n}.",
	"schedule.ahead":       "{id} ma mało odbiorców i idzie przed {dest}, który ma ich wielu: swoimi doręczeniami duży list zarobił miejsca, z których mały korzysta.",
	"schedule.full":        "{id} zastaje kolejkę active na {host} pełną, z {n} listami (qmgr_message_active_limit), i czeka tam, gdzie jest. Gdy zwolni się miejsce, nowa poczta idzie przed tą, którą próbuje się ponownie.",
	"schedule.room":        "W kolejce active na {host} znów jest miejsce i nikt na nie nie czeka.",
	"schedule.scan":        "qmgr(8) na {host} przejrzy kolejkę deferred za {for}. Robi to co queue_run_delay i bierze to, na co przyszła pora.",
	"schedule.anew":        "Na {host} zaczyna nowy qmgr(8). Nie wie nic o oknach ani o liście martwych: były tylko w pamięci poprzedniego.",
	"schedule":             "qmgr(8) na {host} postanawia: {what} {dest} {id}",
}
