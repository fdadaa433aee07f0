package postfix

// Probes may go another way than mail: each parameter of routing has a sibling
// for them, which is by default the same (ADDRESS_VERIFICATION_README,
// "Controlling the routing of address verification probes").

// probeRoutes are the parameters of routing that have a sibling
// "address_verify_" for probes.
var probeRoutes = [...]string{"local_transport", "virtual_transport", "relay_transport", "default_transport", "relayhost",
	"transport_maps", "sender_dependent_relayhost_maps", "sender_dependent_default_transport_maps"}

// probeConf is the configuration of the rewrite service for probes; nil when
// they go the way of mail.
func (s *System) probeConf() *Config {
	svc := s.rewrite
	if svc == nil {
		return nil
	}
	line := *svc.Service
	line.Options = line.Options[:len(line.Options):len(line.Options)]
	differs := false
	for _, name := range probeRoutes {
		if svc.conf.IsSet("address_verify_" + name) {
			line.Options = append(line.Options, Entry{Name: name, Value: svc.conf.Get("address_verify_" + name), Line: line.Line})
			differs = true
		}
	}
	if !differs {
		return nil
	}
	return s.config.Service(&line)
}

// resolveFor is resolve for a recipient of a message, which may be a probe.
func (s *System) resolveFor(d *daemon, m *Mail, addr string) (resolution, error) {
	if m.probe && !m.report {
		s.probing = s.probeConf()
		defer func() { s.probing = nil }()
	}
	return s.resolveFrom(d, m.Sender, addr)
}
