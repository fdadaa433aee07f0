// Package lessons holds the lessons that come with the program, and the engine
// that conducts one.
//
// A lesson is a Markdown document (see README.md, the author's guide, and
// scenario.Lesson): a row of stops with prose beside the play of a scenario. At
// a stop the learner looks at an event, answers a question about what will
// happen next, or repairs something from a seat.
//
// The document never says which answer is right. It says how to find out: by a
// selector or a field of an event. So the key is the run itself, and
// cannot be wrong about it:
//
//	Play        the lesson with the traces of its scenarios, and for every
//	            stop the place in them
//	Play.Key    what is right, computed from a trace
//	Play.Judge  an answer compared with the key
//	Play.Try    what a learner did in a task, played and checked
//	Progress    what one learner has answered; a value that is written as JSON
//	Lint        a lesson that cannot be solved is a broken lesson
//
// Everything is a function of (lesson, trace, answers). Files are the business
// of the command.
package lessons
