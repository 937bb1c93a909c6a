package shell

// assignFish writes for fish: no quotes, every byte that is not plain as \Xhh, which is
// a byte where \xhh is a code point.
func assignFish(dst []byte, name, value string) []byte {
	dst = append(dst, "set -gx "...)
	dst = append(dst, name...)
	dst = append(dst, ' ')
	if value == "" {
		dst = append(dst, "''"...)
	}
	for i := range len(value) {
		if c := value[i]; isPlain(c) {
			dst = append(dst, c)
		} else {
			dst = appendHex(append(dst, `\X`...), uint32(c), 2)
		}
	}
	return append(dst, ';')
}
