package scenario

// notModelled are commands that real hosts have and these have not, with the
// nearest that they have.
var notModelled = map[string]string{
	"delv":        "not modelled; try dig",
	"diff":        "not modelled",
	"doveconf":    "not modelled; try cat /etc/dovecot/dovecot.conf",
	"jq":          "not modelled; try grep",
	"mail":        "not modelled; try sendmail",
	"man":         "not modelled; try mailtrek explain",
	"nano":        "not modelled; try sed -i",
	"openssl":     "not modelled",
	"perl":        "not modelled",
	"postcollate": "not modelled",
	"ps":          "not modelled; try postfix status",
	"python3":     "not modelled",
	"swaks":       "not modelled",
	"tcpdump":     "look at the trace instead",
	"vi":          "not modelled; try sed -i",
	"vim":         "not modelled; try sed -i",
}

// nearest is what comes nearest to commands that these hosts do not know at all.
var nearest = map[string]string{
	"curl":            "nc",
	"du":              "ls -l",
	"ifconfig":        "ip address",
	"logger":          "postlog",
	"lsof":            "ss -tln",
	"named-checkconf": "rndc reload",
	"named-checkzone": "dig",
	"pgrep":           "postfix status",
	"route":           "ip route",
	"sudo":            "su",
	"traceroute":      "ping",
}
