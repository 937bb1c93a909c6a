// Package store keeps the contexts: one value under each name, in the keychain of the
// operating system, or in encrypted files where there is none.
//
// A Keychain is a Store. It speaks to one real keychain through a worker process
// (package worker), one call at a time and each with a deadline, and answers with this
// package's errors. Nothing else in bento-cred touches a keychain. The daemon reads all
// contexts once and serves them from memory; so that a keychain may be slow, or ask its
// owner, without holding anyone up but those who want to write.
//
// # Writing
//
// Keychains differ in what a crash in the middle of a write leaves behind, and the file
// backend of the library we use truncates a file before it fills it. So a value is never
// written over another:
//
//  1. Each write is a new generation, under item names of its own: "c.prod~<time>" is the
//     head, and a value too large for one item has pieces "c.prod~<time>~p1" and so on.
//     The pieces are written first, the head last. Each is put on the disk where that
//     takes more than writing.
//  2. What was written is read back and compared.
//  3. Only then the older generations are removed, each head first.
//
// Every item is an envelope (envelope.go) that says what it belongs to and proves that it
// is whole. A reader takes the newest generation that is whole. So at rest there is one
// item for each context; after a kill at any moment there is the old value or the new one,
// and what is left over is cleared away at the next start (recover.go). Generations are
// numbered by the clock, and at least one higher than the last: what a dying worker
// brings in late is older than what was written since, and loses.
//
// A write that fails is withdrawn. Where the keychain has stopped answering and that is
// not possible, its items are ignored and removed later, while this process lives; after
// a restart such a write may turn out to have succeeded, whole.
//
// # A locked keychain is not an empty one
//
// GNOME Keyring lists a locked collection as an empty one, without an error, and D-Bus
// may start a fresh and empty service in place of one that died. So a marker, an item
// with the store's identity, is made when a keychain is chosen, and no empty listing and
// no "not found" is believed unless the marker is read back beside it. The identity is
// remembered by the caller as well, in the Choice, so that a keychain that was replaced
// is ErrUnmarked and not a new start.
//
// # Choosing
//
// Auto takes the first keychain that keeps, returns and removes a trial item, and the
// encrypted files where there is none. The choice is remembered: a later start that does
// not find this keychain says so and does not take another. One that is locked ends the
// search too, for its owner has a keychain and can unlock it. A configuration that names
// another place than the remembered one is ErrElsewhere; Move moves.
//
// # The encrypted files
//
// They are the library's: JSON Web Encryption, A256GCM under a key wrapped by
// PBES2-HS256+A128KW. Its 8,192 rounds are too few for a passphrase of a person's, so what
// the library gets is 32 bytes from Argon2id, or from a random key file (passphrase.go).
// A passphrase is proved on the marker before anything is written, since the library
// would encrypt with a wrong one without a word, and a wrong one is forgotten at once.
package store
