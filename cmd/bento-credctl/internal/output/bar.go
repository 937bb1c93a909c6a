package output

import "strings"

// barWidth is how many pieces a bar has.
const barWidth = 10

// Bar draws how much of total is left, in ASCII or, where unicode is set, in blocks. As
// long as anything is left one piece is.
func Bar(left, total int64, unicode bool) string {
	full, empty := "#", "-"
	if unicode {
		full, empty = "█", "░"
	}
	pieces := 0
	if left > 0 && total > 0 {
		// Dividing first would lose what is smaller than a piece, multiplying first
		// might overflow: a float is exact enough for ten pieces.
		pieces = 1 + int(float64(left)/float64(total)*(barWidth-1))
		pieces = min(pieces, barWidth)
	}
	return strings.Repeat(full, pieces) + strings.Repeat(empty, barWidth-pieces)
}

// LifeStyle returns the style of something of which so much of total is left.
func LifeStyle(left, total int64) Style {
	const plenty, little = 1.0 / 3, 1.0 / 10
	switch part := float64(left) / float64(max(1, total)); {
	case part >= plenty:
		return Good
	case part >= little:
		return Warning
	default:
		return Bad
	}
}
