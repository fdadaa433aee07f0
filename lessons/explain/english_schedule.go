package explain

// englishSchedule is what the queue manager decides.
var englishSchedule = map[string]entry{
	"schedule.window.up":   {"qmgr(8) of {host} widens the window of {dest}: after a delivery that succeeded it may have {n} at the same time instead of {before}.", "Postfix SCHEDULER_README"},
	"schedule.window.down": {"qmgr(8) of {host} narrows the window of {dest} from {before} to {n} deliveries at the same time: one has failed to reach it.", "Postfix SCHEDULER_README"},
	"schedule.dead":        {"{dest} is on the list of the dead of {host}: as many deliveries in a row have failed as its window holds. For {for} qmgr(8) does not try it; what is for it goes to the deferred queue at once. The reason: {text}", "Postfix SCHEDULER_README"},
	"schedule.alive":       {"{dest} comes off the list of the dead of {host} ({why}): the next mail for it is tried.", "Postfix SCHEDULER_README"},
	"schedule.rest":        {"{host} gives {dest} a pause of {for} before the next delivery, as {text} asks for.", "Postfix postconf(5)"},
	"schedule.wait":        {"{id} must wait on {host} for a delivery to {dest}: {before} are under way, and {n} are allowed ({why}).", "Postfix SCHEDULER_README"},
	"schedule.go":          {"The turn of {id} has come: with it {before} deliveries to {dest} are under way, and {n} are allowed.", "Postfix SCHEDULER_README"},
	"schedule.ahead":       {"{id} has few recipients and goes before {dest}, which has many: with its deliveries the big mail has earned the slots that the small one uses.", "Postfix SCHEDULER_README"},
	"schedule.full":        {"{id} finds the active queue of {host} full, with {n} messages (qmgr_message_active_limit), and waits where it is. When there is room, new mail goes before what is tried again.", "Postfix QSHAPE_README"},
	"schedule.room":        {"The active queue of {host} has room again, and nobody waits for it.", "Postfix QSHAPE_README"},
	"schedule.scan":        {"qmgr(8) of {host} looks through the deferred queue next in {for}. It does so every queue_run_delay and takes what is due.", "Postfix qmgr(8)"},
	"schedule.anew":        {"A new qmgr(8) begins on {host}. It knows nothing of windows and of the list of the dead: those were only in the memory of the one before.", "Postfix qmgr(8)"},
	"schedule":             {"qmgr(8) of {host} decides: {what} {dest} {id}", "Postfix qmgr(8)"},
}
