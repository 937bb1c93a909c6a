package worker

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// classify turns an error of the library's into a CallError. The library passes on whatever
// the keychain's own library said, some of it as text only; where that is so the text
// is compared, and a text that was changed ends as Failed, which is safe.
func classify(backend Backend, err error) error {
	if err == nil {
		return nil
	}
	if code, known := libraryFault(err); known {
		return &CallError{code, text(backend, code, err)}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return &CallError{NotFound, "no such item"}
	}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		// These errors may quote the item, so they are not passed on.
		if err.Error() == "unexpected end of JSON input" {
			return &CallError{Torn, "the item was cut short"}
		}
		return &CallError{Damaged, "the item is not what the library wrote"}
	case errors.As(err, &kind):
		return &CallError{Damaged, "the item is not what the library wrote"}
	}
	if code, known := busFault(err); known {
		return &CallError{code, err.Error()}
	}
	if backend == File && unwritable(err) {
		return &CallError{Unwritable, err.Error()}
	}
	if code, known := systemFault(err); known {
		return &CallError{code, err.Error()}
	}
	if code, known := textFault(backend, err.Error()); known {
		return &CallError{code, err.Error()}
	}
	return &CallError{Failed, err.Error()}
}

// unwritable reports whether err says that a disk is full, or may not be changed by us.
func unwritable(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS) ||
		errors.Is(err, fs.ErrPermission)
}

// text says what is absent where the library says only that something is.
func text(backend Backend, code Code, err error) string {
	if code != Absent {
		return err.Error()
	}
	if backend == Keychain {
		return "this program was built without the macOS keychain"
	}
	return "this program has no " + string(backend) + " here"
}

// wordings are the errors that are known by their text.
var wordings = []struct {
	backend Backend
	part    string
	code    Code
}{
	// dvsekhvalnov/jose2go: the key that wraps the content's key does not fit.
	{File, "aes.KeyUnwrap(): integrity check failed", Passphrase},
	// dvsekhvalnov/jose2go: an empty file, or one cut before its end.
	{File, "expects token of 3 or 5 parts", Torn},
	// The library wraps the kernel's errors, where it does, as text.
	{KeyCtl, "disk quota exceeded", TooLarge},
	{KeyCtl, "permission denied", Denied},
	// Apple's OSStatus, which 99designs/go-keychain puts in parentheses.
	{Keychain, "(-25308)", Locked}, // errSecInteractionNotAllowed
	{Keychain, "(-25293)", Denied}, // errSecAuthFailed
	{Keychain, "(-128)", Denied},   // errSecUserCanceled
	{Keychain, "(-25315)", Locked}, // errSecInteractionRequired
	{Keychain, "(-25300)", NotFound},
	{Keychain, "(-25291)", Absent}, // errSecNotAvailable
	{Keychain, "(-25294)", Absent}, // errSecNoSuchKeychain
	{Keychain, "(-25307)", Absent}, // errSecNoDefaultKeychain
	{Keychain, "(-25294)", Absent}, // errSecNoSuchKeychain
	{Keychain, "(-25307)", Absent}, // errSecNoDefaultKeychain
}

// textFault looks an error up by its text.
func textFault(backend Backend, message string) (Code, bool) {
	for _, w := range wordings {
		if w.backend == backend && strings.Contains(message, w.part) {
			return w.code, true
		}
	}
	return OK, false
}
