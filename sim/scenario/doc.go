// Package scenario reads the documents that describe a small internet and what
// happens in it, checks them, lays them one over the other, and builds and
// runs the simulated world.
//
// # A document
//
// A scenario is one Markdown file: a YAML front matter between two lines
// "---", prose for the reader, and fenced code blocks whose info string says
// what they are. What configures a host are the real files of the real
// programs; only what no real program has a file for is a block of our own.
//
//	---
//	id: mx-failover                     # required; the file's name without ".md"
//	title: The first mail exchanger does not answer the door
//	summary: One line for the list of scenarios.
//	world: two-domains                  # another document; this one adds to it
//	resolver: 10.10.0.53                # for every host that names none
//	start: 2026-03-02T09:00:00+02:00    # virtual time 0
//	seed: 42                            # of every die
//	until: 2h                           # how long to go on at most
//	lang: en                            # language of the prose
//	---
//
// # Blocks of real syntax
//
//	zone DOMAIN [on HOST]     records of a BIND zone file; SOA, NS, $TTL and the
//	                          delegation in the parent zone are supplied
//	main.cf HOST              settings, as "postconf -e" would make them
//	master.cf HOST            services, as "postconf -M" would set them
//	aliases HOST              the whole of /etc/aliases
//	file HOST:/PATH           any file
//	mail NAME                 a message, as it will be submitted
//	mailbox HOST USER[/FOLDER]  mail that is there from the start, in mbox form
//
// # Blocks of our own
//
// In these, a line that begins with # is a comment, and a word with blanks in
// it stands in double quotes.
//
//	host NAME                 one host, an attribute a line (see hostWords)
//	hosts                     a table of hosts; its first line names the columns
//	link A B                  delay and loss between two hosts (* is any)
//	mua USER@HOST             the account settings of a mail program
//	service HOST PATH         names the built-in model behind a socket
//	command HOST PATH         how a program that is never run would have ended; what the aliases
//	                          say of others, the simulated shell does
//	do                        TIME ACTOR ACTION, a line each
//	fault                     [TIME] [on SELECTOR:] HOST down, HOST:25 refuse, A -> B loss 10%,
//	                          HOST:25 reply RCPT "450 4.2.0 later" times 2, HOST disk full, … (see faultWords)
//	expect                    what must have happened in the end
//
// Lessons are documents with blocks of their own (see Lesson, and the guide in
// the folder lessons). Every block
// may carry an id at the end of its info string: "do {#story}".
//
// # Worlds, folders, translations
//
// A document lies over its world: main.cf edits, zone replaces whole RRsets,
// master.cf replaces whole services, file and aliases replace the file. In the document's folder,
// every subfolder with the name of a declared host is that host's file tree
// and lies over the trees of the worlds below, file by file; the document's
// blocks come after its folder. "x.bg.md" beside "x.md" is the Bulgarian
// translation: it carries text only and inherits every block by its id.
//
// Load reports all problems of a document at once, in the order of the file.
package scenario
