//go:build !cgo

package worker

import (
	"fmt"
	"unsafe"

	"github.com/ebitengine/purego"
)

// ref is a reference to an object of Core Foundation's. What a function whose name has Create
// or Copy in it returns is ours to release.
type ref uintptr

const utf8Encoding = 0x08000100 // kCFStringEncodingUTF8

// security is the macOS keychain, through the Security and CoreFoundation frameworks, called
// without a C compiler.
type security struct {
	release        func(object ref)
	makeString     func(allocator ref, bytes *byte, length int, encoding uint32, external bool) ref
	stringBytes    func(text ref, buffer *byte, size int, encoding uint32) bool
	stringLength   func(text ref) int
	makeData       func(allocator ref, bytes *byte, length int) ref
	dataLength     func(data ref) int
	dataBytes      func(data ref) unsafe.Pointer
	makeDictionary func(allocator ref, keys, values *ref, count int, keyCalls, valueCalls uintptr) ref
	value          func(dictionary, key ref) ref
	count          func(array ref) int
	at             func(array ref, index int) ref
	itemAdd        func(attributes ref, result *ref) int32
	itemCopy       func(query ref, result *ref) int32
	itemDelete     func(query ref) int32
	interaction    func(allowed bool) int32

	keyCalls, valueCalls                           uintptr
	class, password, serviceOf, accountOf, labelOf ref
	valueOf, wantData, wantAttributes, limit, all  ref
	yes                                            ref
}

var _ keychainCalls = (*security)(nil)

// systemKeychain returns the keychain of this Mac.
func systemKeychain() (keychainCalls, error) { return frameworks() }

// allowDialogs says whether the keychain may ask the person. It holds for the process.
func allowDialogs(allowed bool) {
	if s, err := frameworks(); err == nil {
		s.interaction(allowed)
	}
}

// frameworks finds the functions and the constants.
func frameworks() (*security, error) {
	const folder = "/System/Library/Frameworks/"
	foundation, err := purego.Dlopen(folder+"CoreFoundation.framework/CoreFoundation", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("opening Core Foundation: %w", err)
	}
	framework, err := purego.Dlopen(folder+"Security.framework/Security", purego.RTLD_NOW|purego.RTLD_GLOBAL)
	if err != nil {
		return nil, fmt.Errorf("opening the Security framework: %w", err)
	}
	s := &security{}
	for name, function := range map[string]any{
		"CFRelease": &s.release, "CFStringCreateWithBytes": &s.makeString, "CFStringGetCString": &s.stringBytes,
		"CFStringGetLength": &s.stringLength, "CFDataCreate": &s.makeData, "CFDataGetLength": &s.dataLength,
		"CFDataGetBytePtr": &s.dataBytes, "CFDictionaryCreate": &s.makeDictionary, "CFDictionaryGetValue": &s.value,
		"CFArrayGetCount": &s.count, "CFArrayGetValueAtIndex": &s.at,
	} {
		purego.RegisterLibFunc(function, foundation, name)
	}
	for name, function := range map[string]any{
		"SecItemAdd": &s.itemAdd, "SecItemCopyMatching": &s.itemCopy, "SecItemDelete": &s.itemDelete,
		"SecKeychainSetUserInteractionAllowed": &s.interaction,
	} {
		purego.RegisterLibFunc(function, framework, name)
	}
	for name, constant := range map[string]*ref{
		"kSecClass": &s.class, "kSecClassGenericPassword": &s.password, "kSecAttrService": &s.serviceOf,
		"kSecAttrAccount": &s.accountOf, "kSecAttrLabel": &s.labelOf, "kSecValueData": &s.valueOf,
		"kSecReturnData": &s.wantData, "kSecReturnAttributes": &s.wantAttributes, "kSecMatchLimit": &s.limit,
		"kSecMatchLimitAll": &s.all,
	} {
		if err := readConstant(framework, name, constant); err != nil {
			return nil, err
		}
	}
	if err := readConstant(foundation, "kCFBooleanTrue", &s.yes); err != nil {
		return nil, err
	}
	if s.keyCalls, err = purego.Dlsym(foundation, "kCFTypeDictionaryKeyCallBacks"); err != nil {
		return nil, fmt.Errorf("finding kCFTypeDictionaryKeyCallBacks: %w", err)
	}
	if s.valueCalls, err = purego.Dlsym(foundation, "kCFTypeDictionaryValueCallBacks"); err != nil {
		return nil, fmt.Errorf("finding kCFTypeDictionaryValueCallBacks: %w", err)
	}
	return s, nil
}

// readConstant reads a constant object: the library has a variable that refers to it.
func readConstant(library uintptr, name string, into *ref) error {
	address, err := purego.Dlsym(library, name)
	if err != nil {
		return fmt.Errorf("finding %s: %w", name, err)
	}
	*into = **(**ref)(unsafe.Pointer(&address))
	return nil
}
