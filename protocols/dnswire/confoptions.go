package dnswire

import "sort"

// inertOptions are the statements that BIND 9.18 knows inside options and zone
// and that are no parameters of ours. The value is the argument with which the
// statement asks for what our servers do anyway, "*" when every argument is
// without consequence for answers, "" when none is.
var inertOptions = map[string]string{
	"allow-new-zones": "no", "allow-notify": "*", "allow-query": "", "allow-query-cache": "*", "allow-query-cache-on": "*", "allow-query-on": "",
	"allow-recursion-on": "", "allow-transfer": "*", "allow-update": "*", "allow-update-forwarding": "*", "also-notify": "*",
	"alt-transfer-source": "*", "answer-cookie": "yes", "attach-cache": "", "auth-nxdomain": "no", "automatic-interface-scan": "*",
	"avoid-v4-udp-ports": "*", "avoid-v6-udp-ports": "*", "bindkeys-file": "*", "blackhole": "", "catalog-zones": "",
	"check-dup-records": "warn", "check-integrity": "yes", "check-mx": "warn", "check-mx-cname": "warn", "check-names": "",
	"check-sibling": "yes", "check-spf": "warn", "check-srv-cname": "warn", "check-wildcard": "yes", "clients-per-query": "*",
	"cookie-algorithm": "siphash24", "cookie-secret": "*", "coresize": "*", "datasize": "*", "deny-answer-addresses": "",
	"deny-answer-aliases": "", "dialup": "*", "disable-algorithms": "*", "disable-empty-zone": "*", "dns64": "",
	"dnskey-sig-validity": "*", "dnsrps-enable": "no", "dnssec-accept-expired": "*", "dnssec-dnskey-kskonly": "*",
	"dnssec-loadkeys-interval": "*", "dnssec-must-be-secure": "", "dnssec-policy": "none", "dnssec-secure-to-insecure": "*",
	"dnssec-update-mode": "*", "dnssec-validation": "no", "dual-stack-servers": "", "dump-file": "*", "edns-udp-size": "1232",
	"empty-contact": "*", "empty-server": "*", "empty-zones-enable": "no", "fetch-quota-params": "*", "fetches-per-server": "*",
	"fetches-per-zone": "*", "files": "*", "flush-zones-on-shutdown": "*", "forwarders": "*", "glue-cache": "*",
	"heartbeat-interval": "*", "hostname": "*", "http-listener-clients": "*", "http-port": "*", "https-port": "*", "inline-signing": "no",
	"interface-interval": "*", "ipv4only-enable": "no", "ixfr-from-differences": "*", "journal": "*", "keep-response-order": "*",
	"key-directory": "*", "lame-ttl": "", "listen-on-v6": "*", "lock-file": "*", "managed-keys-directory": "*",
	"masterfile-format": "text", "masterfile-style": "*", "match-mapped-addresses": "*", "max-cache-size": "*", "max-cache-ttl": "",
	"max-clients-per-query": "*", "max-ixfr-ratio": "*", "max-journal-size": "*", "max-ncache-ttl": "", "max-records": "*",
	"max-recursion-depth": "7", "max-recursion-queries": "100", "max-refresh-time": "*", "max-retry-time": "*",
	"max-rsa-exponent-size": "*", "max-stale-ttl": "*", "max-transfer-idle-in": "*", "max-transfer-idle-out": "*",
	"max-transfer-time-in": "*", "max-transfer-time-out": "*", "max-types-per-name": "*", "max-udp-size": "1232", "max-zone-ttl": "*",
	"memstatistics": "*", "memstatistics-file": "*", "message-compression": "yes", "min-cache-ttl": "", "min-ncache-ttl": "",
	"min-refresh-time": "*", "min-retry-time": "*", "minimal-any": "no", "minimal-responses": "no-auth-recursive", "multi-master": "*",
	"new-zones-directory": "*", "no-case-compress": "", "nocookie-udp-size": "*", "notify": "*", "notify-delay": "*",
	"notify-rate": "*", "notify-source": "*", "notify-source-v6": "*", "notify-to-soa": "*", "nta-lifetime": "*", "nta-recheck": "*",
	"nxdomain-redirect": "", "parental-source": "*", "pid-file": "*", "port": "53", "preferred-glue": "", "prefetch": "*",
	"primaries": "", "masters": "", "provide-ixfr": "*", "qname-minimization": "relaxed", "query-source": "*", "query-source-v6": "*",
	"querylog": "*", "random-device": "*", "rate-limit": "", "recursing-file": "*", "recursive-clients": "*",
	"request-expire": "*", "request-ixfr": "*", "request-nsid": "no", "require-server-cookie": "no", "reserved-sockets": "*",
	"resolver-nonbackoff-tries": "", "resolver-query-timeout": "", "resolver-retry-interval": "", "response-padding": "",
	"response-policy": "", "reuseport": "*", "root-delegation-only": "", "root-key-sentinel": "*", "rrset-order": "",
	"secroots-file": "*", "send-cookie": "yes", "serial-query-rate": "*", "serial-update-method": "*", "server-addresses": "",
	"server-id": "*", "server-names": "", "servfail-ttl": "1", "session-keyalg": "*", "session-keyfile": "*", "session-keyname": "*",
	"sig-signing-nodes": "*", "sig-signing-signatures": "*", "sig-signing-type": "*", "sig-validity-interval": "*", "sortlist": "",
	"stacksize": "*", "stale-answer-client-timeout": "*", "stale-answer-enable": "no", "stale-answer-ttl": "*",
	"stale-cache-enable": "no", "stale-refresh-time": "*", "startup-notify-rate": "*", "statistics-file": "*",
	"synth-from-dnssec": "*", "tcp-advertised-timeout": "*", "tcp-clients": "*", "tcp-idle-timeout": "*", "tcp-initial-timeout": "*",
	"tcp-keepalive-timeout": "*", "tcp-listen-queue": "*", "tkey-dhkey": "*", "tkey-domain": "*", "tkey-gssapi-credential": "*",
	"tkey-gssapi-keytab": "*", "tls-port": "*", "transfer-format": "*", "transfer-message-size": "*", "transfer-source": "*",
	"transfer-source-v6": "*", "transfers-in": "*", "transfers-out": "*", "transfers-per-ns": "*", "trust-anchor-telemetry": "*",
	"try-tcp-refresh": "*", "udp-receive-buffer": "*", "udp-send-buffer": "*", "update-check-ksk": "*", "update-policy": "*",
	"use-alt-transfer-source": "*", "use-v4-udp-ports": "*", "use-v6-udp-ports": "*", "v6-bias": "*", "validate-except": "*",
	"version": "*", "zero-no-soa-ttl": "", "zero-no-soa-ttl-cache": "", "zone-statistics": "*",
}

// optionNames is all known names, for "did you mean".
var optionNames = func() []string {
	names := []string{"directory", "recursion", "allow-recursion", "listen-on", "forward", "type", "file"}
	for n := range inertOptions {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}()
