package worker

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// maxFrame is the size of the largest message: a value of 1 MiB in JSON's base64, its
// envelope, and room to spare.
const maxFrame = 2 << 20

var errFrame = errors.New("message too large")

// writeFrame writes one message: its length in 4 bytes, big endian, and itself.
func writeFrame(w io.Writer, message []byte) error {
	if len(message) > maxFrame {
		return fmt.Errorf("%w: %d bytes", errFrame, len(message))
	}
	frame := make([]byte, 0, 4+len(message))
	frame = binary.BigEndian.AppendUint32(frame, uint32(len(message)))
	frame = append(frame, message...)
	if _, err := w.Write(frame); err != nil {
		return fmt.Errorf("writing a message: %w", err)
	}
	return nil
}

// readFrame reads one message. The end of r between two messages is io.EOF.
func readFrame(r io.Reader) ([]byte, error) {
	var header [4]byte
	if _, err := io.ReadFull(r, header[:1]); err != nil {
		return nil, io.EOF
	}
	if _, err := io.ReadFull(r, header[1:]); err != nil {
		return nil, fmt.Errorf("reading the length of a message: %w", err)
	}
	size := binary.BigEndian.Uint32(header[:])
	if size > maxFrame {
		return nil, fmt.Errorf("%w: %d bytes", errFrame, size)
	}
	message := make([]byte, size)
	if _, err := io.ReadFull(r, message); err != nil {
		return nil, fmt.Errorf("reading a message: %w", err)
	}
	return message, nil
}
