package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// What is wrong with a text that should be an expiry.
var (
	errExpiry = errors.New("an expiry is a number of days, weeks or hours (30d, 1w, 24h), a date (2027-01-31) or a time (2027-01-31T12:00:00, or with a zone 2027-01-31T12:00:00Z)")
	errPast   = errors.New("the expiry is in the past")
)

// units are the units of an expiry that counts from now, as BentoML's own --expires has
// them.
var units = map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}

// longestExpiry is the longest time an expiry may be away. A longer one is a slip of the
// keyboard, and further out the arithmetic of time.Duration would end.
const longestExpiry = 100 * 365 * 24 * time.Hour

// localTimes are the forms of a time without a zone, which BentoML's own --expires takes.
// It means the time where now is.
var localTimes = []string{time.DateOnly, "2006-01-02T15:04:05", time.DateTime}

// parseExpiry returns what text says of when a token expires, in the form the daemon
// takes it. A date means the beginning of that day where now is: a token believed to
// expire a day too early does less harm than one believed to live on.
func parseExpiry(text string, now time.Time) (string, error) {
	if text == "" {
		return "", nil
	}
	expires, err := expiryTime(text, now)
	if err != nil {
		return "", err
	}
	if !expires.After(now) {
		return "", errPast
	}
	return expires.UTC().Format(time.RFC3339), nil
}

func expiryTime(text string, now time.Time) (time.Time, error) {
	if expires, err := time.Parse(time.RFC3339, text); err == nil {
		return expires, nil
	}
	for _, form := range localTimes {
		if expires, err := time.ParseInLocation(form, text, now.Location()); err == nil {
			return expires, nil
		}
	}
	unit, known := units[text[len(text)-1]]
	number, err := strconv.ParseUint(text[:len(text)-1], 10, 32)
	if !known || err != nil || strings.HasPrefix(text, "+") {
		return time.Time{}, errExpiry
	}
	if number > uint64(longestExpiry/unit) {
		return time.Time{}, errExpiry
	}
	return now.Add(time.Duration(number) * unit), nil
}
