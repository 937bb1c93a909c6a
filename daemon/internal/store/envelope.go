package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// An envelope is what an item holds. It says what it belongs to and proves that it is
// whole, so that a value is never pieced together from two writes, and a piece cut
// short, or put under another name, is known for what it is:
//
//	"BCV1"      4 bytes
//	kind        1 byte
//	length      1 byte, of the name
//	name
//	generation  8 bytes, big endian, as all numbers here
//	piece       2 bytes
//	pieces      2 bytes, how many there are
//	digest     32 bytes, SHA-256 of the whole value
//	payload     this piece of the value
//	seal       32 bytes, SHA-256 of everything before
//
// The digests find accidents, not attackers: who can write to the keychain can write a
// whole envelope.
type envelope struct {
	item    item
	pieces  int
	digest  [sha256.Size]byte
	payload []byte
}

const (
	magic = "BCV1"
	// maxPieces is how many pieces a value can have at most.
	maxPieces = 1<<16 - 1
	// overhead is what an envelope adds to its payload, at most.
	overhead = len(magic) + 2 + maxName + 8 + 2 + 2 + 2*sha256.Size
)

// seal writes e.
func (e envelope) seal() []byte {
	b := make([]byte, 0, overhead+len(e.payload))
	b = append(b, magic...)
	b = append(b, byte(e.item.kind), byte(len(e.item.name)))
	b = append(b, e.item.name...)
	b = binary.BigEndian.AppendUint64(b, e.item.generation)
	b = binary.BigEndian.AppendUint16(b, uint16(e.item.piece))
	b = binary.BigEndian.AppendUint16(b, uint16(e.pieces))
	b = append(b, e.digest[:]...)
	b = append(b, e.payload...)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

// unseal reads an envelope. The answer's payload is part of b. What was cut short to
// nothing is errTorn; any other fault is ErrDamaged.
func unseal(b []byte) (envelope, error) {
	if len(b) == 0 {
		return envelope{}, errTorn
	}
	body, sum := b, []byte(nil)
	if len(b) > sha256.Size {
		body, sum = b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	}
	want := sha256.Sum256(body)
	if !bytes.Equal(sum, want[:]) {
		return envelope{}, fmt.Errorf("%w: its seal is broken", ErrDamaged)
	}
	rest, found := bytes.CutPrefix(body, []byte(magic))
	if !found || len(rest) < 2 {
		return envelope{}, fmt.Errorf("%w: it was written by another program or a newer version", ErrDamaged)
	}
	var e envelope
	length := int(rest[1])
	e.item.kind, rest = kind(rest[0]), rest[2:]
	if len(rest) < length+8+2+2+len(e.digest) {
		return envelope{}, fmt.Errorf("%w: it is too short", ErrDamaged)
	}
	e.item.name, rest = string(rest[:length]), rest[length:]
	e.item.generation, rest = binary.BigEndian.Uint64(rest), rest[8:]
	e.item.piece, rest = int(binary.BigEndian.Uint16(rest)), rest[2:]
	e.pieces, rest = int(binary.BigEndian.Uint16(rest)), rest[2:]
	copy(e.digest[:], rest)
	e.payload = rest[len(e.digest):]
	return e, nil
}

// cut returns the envelopes of data, each of which seals to at most limit bytes; the
// head is the first.
func cut(s subject, generation uint64, data []byte, limit int) ([]envelope, error) {
	room := limit - overhead
	count := max(1, (len(data)+room-1)/room)
	if len(data) > MaxValue || count > maxPieces {
		return nil, fmt.Errorf("%w: %d bytes", ErrTooLarge, len(data))
	}
	digest := sha256.Sum256(data)
	envelopes := make([]envelope, 0, count)
	for piece := range count {
		size := min(room, len(data))
		envelopes = append(envelopes, envelope{
			item:    item{s, generation, piece},
			pieces:  count,
			digest:  digest,
			payload: data[:size],
		})
		data = data[size:]
	}
	return envelopes, nil
}
