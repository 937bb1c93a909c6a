// Package audit keeps the record of every decision about who gets which secret.
//
// The daemon appends to it before a secret leaves, and where that fails, the secret stays:
// no record, no secret. What is recorded is who asked, for what, and what was answered
// and why. There is no field that a secret or an argument list would fit in.
//
// # The form
//
// A log is a directory of files of JSON lines, one record a line, written to in
// audit.jsonl. When that would grow too large it becomes audit-N.jsonl, N being the number
// of its first record in 20 digits, so that sorting by name is sorting by age; the oldest
// files go. A line looks like this, but is not broken:
//
//	{"seq":7,"time":"2026-03-01T09:30:00.125Z","answer":"allow","verb":"get",
//	 "context":"prod","token":"tk-1","uid":1000,"pid":4711,"executable":"/usr/bin/git",
//	 "parents":["/usr/bin/bash"],"directory":"/home/u/p","prev":"5f0c…"}
//
// What is empty is left out, but for seq, time, answer, uid and prev. Names of files
// can hold any bytes. What is not printable is escaped, so that a line is one line and
// does nothing to a terminal it is shown on; what is no UTF-8 becomes U+FFFD; what is
// longer than 4096 bytes is cut and ends in an ellipsis. So a line has a bound.
//
// # The chain
//
// Records are numbered from 1 without gaps, and each holds the SHA-256 of the whole line
// before it, without the line feed, across all files. The first one holds zeros. So a
// byte that was changed, a line that was taken away, put in, doubled or moved shows in the
// line after it, and [Log.Verify] finds it.
//
// What the chain does not prove: nobody holds a key to it. Whoever can write the files can
// cut lines off at the end, take the oldest files away as rotation does, or write the whole
// chain anew, and these files alone do not show it. That is why the daemon tells its
// own log the [Log.Head] when it starts and when it leaves: a journal that this
// user cannot write then contradicts a chain that was cut or made anew. While a Log is
// open it also remembers its head, so that Verify finds a cut end. And since rotation forgets
// the oldest, somebody who asks often enough can push a record out.
//
// # What a crash leaves
//
// A record is a part of one write and no fsync: ten shells that start at once would wait for the
// disk ten times. Decisions that come together share a write, and none of them is given before it
// has returned. A daemon that is killed loses nothing, since what was written is the
// kernel's by then; a power cut may cost the last seconds. A write that stops in the middle,
// on a full disk, is taken back before the error returns.
//
// A crash in the middle of such a write leaves records of decisions that nobody was told, and
// so may a failed one that cannot be taken back, if the daemon ends before the next: a record too many,
// never one too few. Where a crash left half a line at the end, it is cut off by the next one who opens the
// log: its write never returned, so no secret left on its account. Keeping it as a line
// that is no record would be the other way, but then a half line that somebody made would
// look just like it. Only if nothing but the line feed is missing, the record is whole,
// and the line feed is added.
//
// A file that vanishes, or is replaced, truncated or written to by somebody else while the
// log is open, is noticed at the next record. The log goes on in what is there then, or
// in a new file, with the chain that it has in memory: so Verify shows that
// something is missing. Files that were damaged before they are opened do not keep the
// log from going on either; [Report] then says from where on all is sound.
//
// # When the disk cannot be written
//
// The daemon hands out tokens on a full or read-only disk too. So what cannot be
// written to the directory is spilled: written to another file, in the runtime directory, with
// the same chain. When the directory can be written again, what was spilled is put there
// first, in order, and then the spill is removed. Where a crash came between, the line that
// the main file ends with is looked for in the spill, and what follows it is what is
// missing. The runtime directory is memory: what is spilled when a machine stops is
// lost, as if it had been cut off at the end.
//
// One Log at a time may use a directory and a spill; the daemon's lock sees to it.
package audit
