package smtp

// The replies that never vary.
var (
	replyOK              = &Reply{Code: 250, Enhanced: "2.0.0", Text: "Ok"}
	replyMailOK          = &Reply{Code: 250, Enhanced: "2.1.0", Text: "Ok"}
	replyRcptOK          = &Reply{Code: 250, Enhanced: "2.1.5", Text: "Ok"}
	replyBye             = &Reply{Code: 221, Enhanced: "2.0.0", Text: "Bye"}
	replyForbidden       = &Reply{Code: 221, Enhanced: "2.7.0", Text: "Error: I can break rules, too. Goodbye."}
	replyStartTLS        = &Reply{Code: 220, Enhanced: "2.0.0", Text: "Ready to start TLS"}
	replyAuthOK          = &Reply{Code: 235, Enhanced: "2.7.0", Text: "Authentication successful"}
	replySendData        = &Reply{Code: 354, Text: "End data with <CR><LF>.<CR><LF>"}
	replyEtrnStarted     = &Reply{Code: 250, Text: "Queuing started"}
	replyTooManyRcpts    = &Reply{Code: 452, Enhanced: "4.5.3", Text: "Error: too many recipients"}
	replyUnknown         = &Reply{Code: 500, Enhanced: "5.5.2", Text: "Error: command not recognized"}
	replyBadSyntax       = &Reply{Code: 500, Enhanced: "5.5.2", Text: "Error: bad syntax"}
	replyBadUTF8         = &Reply{Code: 500, Enhanced: "5.5.2", Text: "Error: bad UTF-8 syntax"}
	replySASLTooLong     = &Reply{Code: 500, Enhanced: "5.5.6", Text: "SASL response limit exceeded"}
	replyEtrnSyntax      = &Reply{Code: 500, Text: "Syntax: ETRN domain"}
	replyEtrnParameter   = &Reply{Code: 501, Text: "Error: invalid parameter syntax"}
	replyHeloSyntax      = &Reply{Code: 501, Text: "Syntax: HELO hostname"}
	replyEhloSyntax      = &Reply{Code: 501, Text: "Syntax: EHLO hostname"}
	replyMailSyntax      = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: MAIL FROM:<address>"}
	replyRcptSyntax      = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: RCPT TO:<address>"}
	replyDataSyntax      = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: DATA"}
	replyRsetSyntax      = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: RSET"}
	replyAuthSyntax      = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: AUTH mechanism"}
	replyTLSSyntax       = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Syntax: STARTTLS"}
	replyBadSender       = &Reply{Code: 501, Enhanced: "5.1.7", Text: "Bad sender address syntax"}
	replyBadRecipient    = &Reply{Code: 501, Enhanced: "5.1.3", Text: "Bad recipient address syntax"}
	replyBadSize         = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Bad message size syntax"}
	replyBadRet          = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Bad RET parameter syntax"}
	replyBadEnvID        = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Bad ENVID parameter syntax"}
	replyBadNotify       = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Error: Bad NOTIFY parameter syntax"}
	replyBadORCPT        = &Reply{Code: 501, Enhanced: "5.5.4", Text: "Error: Bad ORCPT parameter syntax"}
	replyNoDSN           = &Reply{Code: 501, Enhanced: "5.7.1", Text: "DSN support is disabled"}
	replyAuthAborted     = &Reply{Code: 501, Enhanced: "5.7.0", Text: "Authentication aborted"}
	replyNotImplemented  = &Reply{Code: 502, Enhanced: "5.5.1", Text: "Error: command not implemented"}
	replyVrfyDisabled    = &Reply{Code: 502, Enhanced: "5.5.1", Text: "VRFY command is disabled"}
	replyHeloFirst       = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: send HELO/EHLO first"}
	replyEtrnHeloFirst   = &Reply{Code: 503, Text: "Error: send HELO/EHLO first"}
	replyEtrnInMail      = &Reply{Code: 503, Text: "Error: MAIL transaction in progress"}
	replyNestedMail      = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: nested MAIL command"}
	replyMailAfterBDAT   = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: MAIL after BDAT"}
	replyRcptAfterBDAT   = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: RCPT after BDAT"}
	replyDataAfterBDAT   = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: DATA after BDAT"}
	replyNeedMail        = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: need MAIL command"}
	replyNeedRcpt        = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: need RCPT command"}
	replyInMail          = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: MAIL transaction in progress"}
	replyAuthNotEnabled  = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: authentication not enabled"}
	replyAuthTwice       = &Reply{Code: 503, Enhanced: "5.5.1", Text: "Error: already authenticated"}
	replyAuthParams      = &Reply{Code: 503, Enhanced: "5.5.4", Text: "Error: multiple AUTH= options"}
	replyNoBDAT          = &Reply{Code: 521, Enhanced: "5.5.1", Text: "Error: command not implemented"}
	replyBDATSyntax      = &Reply{Code: 521, Enhanced: "5.5.4", Text: "Syntax: BDAT count [LAST]"}
	replyMustTLS         = &Reply{Code: 530, Enhanced: "5.7.0", Text: "Must issue a STARTTLS command first"}
	replyNoXClient       = &Reply{Code: 550, Enhanced: "5.7.0", Text: "Error: insufficient authorization"}
	replyNullBDAT        = &Reply{Code: 551, Enhanced: "5.7.1", Text: "Null BDAT request"}
	replySizeLimit       = &Reply{Code: 552, Enhanced: "5.3.4", Text: "Message size exceeds fixed limit"}
	replySizeOverflow    = &Reply{Code: 552, Enhanced: "5.3.4", Text: "Message size exceeds file system imposed limit"}
	replyTooBig          = &Reply{Code: 552, Enhanced: "5.3.4", Text: "Error: message file too big"}
	replyChunkTooBig     = &Reply{Code: 552, Enhanced: "5.3.4", Text: "Chunk exceeds message size limit"}
	replyMustDeclareUTF8 = &Reply{Code: 553, Enhanced: "5.6.7", Text: "Must declare SMTPUTF8 to send unicode address"}
	replyNoRecipients    = &Reply{Code: 554, Enhanced: "5.5.1", Text: "Error: no valid recipients"}
	replyTLSActive       = &Reply{Code: 554, Enhanced: "5.5.1", Text: "Error: TLS already active"}
	replySynchronization = &Reply{Code: 554, Enhanced: "5.5.0", Text: "Error: SMTP protocol synchronization"}
	replyWriteError      = &Reply{Code: 451, Enhanced: "4.3.0", Text: "Error: queue file write error"}
)
