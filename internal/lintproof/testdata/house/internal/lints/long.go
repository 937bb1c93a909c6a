package lints

// Long has too many lines.
func Long(n int) int { // want funlen: too long
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	n += 1 +
		2
	return n
}

// Many has too many statements.
func Many(n int) int { // want funlen: too many statements
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	return n
}

// Deep goes down too far.
func Deep(n int) int {
	for n < 9 {
		if n > 1 {
			for n < 8 {
				if n > 2 { // want revive: max-control-nesting:
					n++
				}
			}
		}
	}
	return n
}
