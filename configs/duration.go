package configs

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// day is what "1d" stands for: 24 hours, whatever a clock on a wall does in the night
// when summer time begins.
const day = 24 * time.Hour

// durationHint is the next step for whoever wrote something else.
const durationHint = `write a number and a unit in quotes, such as "500ms", "30s", "1h30m", "7d" or "2w"`

// errDuration is what parseDuration says of any other text.
var errDuration = errors.New("not a duration")

// parseDuration reads what time.ParseDuration reads, and a whole number of days or
// weeks: "7d", "2w".
func parseDuration(text string) (time.Duration, error) {
	unit := day
	number, whole := strings.CutSuffix(text, "d")
	if !whole {
		unit = 7 * day
		number, whole = strings.CutSuffix(text, "w")
	}
	if !whole {
		duration, err := time.ParseDuration(text)
		if err != nil {
			return 0, errDuration
		}
		return duration, nil
	}
	count, err := strconv.ParseUint(number, 10, 32)
	if err != nil || count > math.MaxInt64/uint64(unit) {
		return 0, errDuration
	}
	return time.Duration(count) * unit, nil
}

// setDuration takes a duration from least to most.
func setDuration(to *time.Duration, value any, least, most time.Duration) error {
	duration, err := asDuration(value)
	if err != nil {
		return err
	}
	if duration < least || duration > most {
		return refusal{summary: "must be " + span(least, most)}
	}
	*to = duration
	return nil
}

// setDurationOrNone is setDuration for a key that takes 0 as well, which turns
// something off.
func setDurationOrNone(to *time.Duration, value any, least, most time.Duration) error {
	duration, err := asDuration(value)
	if err != nil {
		return err
	}
	if duration != 0 && (duration < least || duration > most) {
		return refusal{summary: "must be 0s, or " + span(least, most)}
	}
	*to = duration
	return nil
}

// setDurations takes a list of durations, each from least to most and none twice, and
// puts the longest first.
func setDurations(to *[]time.Duration, value any, least, most time.Duration) error {
	const maxDurations = 8
	const example = `such as ["7d", "1d", "1h"], or [] for none`
	list, isList := value.([]any)
	if !isList {
		return refusal{summary: "must be a list of durations", hint: example}
	}
	if len(list) > maxDurations {
		return refusal{summary: "has more than " + strconv.Itoa(maxDurations) + " durations"}
	}
	var durations []time.Duration
	for _, element := range list {
		var duration time.Duration
		if err := setDuration(&duration, element, least, most); err != nil {
			return inList(err)
		}
		if slices.Contains(durations, duration) {
			return refusal{summary: "has " + short(duration) + " twice"}
		}
		durations = append(durations, duration)
	}
	slices.SortFunc(durations, func(a, b time.Duration) int { return cmp.Compare(b, a) })
	*to = durations
	return nil
}

// inList returns a refusal that says of a list what err says of one of its elements.
func inList(err error) error {
	var refused refusal
	if errors.As(err, &refused) {
		refused.summary = "has an element that " + refused.summary
		return refused
	}
	return err
}

// asDuration returns value as a duration.
func asDuration(value any) (time.Duration, error) {
	text, isText := value.(string)
	if !isText {
		return 0, refusal{summary: "must be a duration in quotes", hint: durationHint}
	}
	duration, err := parseDuration(text)
	if err != nil {
		return 0, refusal{summary: "is not a duration", hint: durationHint}
	}
	return duration, nil
}

// span returns the end of a sentence on what a duration may be.
func span(least, most time.Duration) string { return "from " + short(least) + " to " + short(most) }

// short returns d without the units that are zero, and in days where they are whole:
// "5m" and not "5m0s", "7d" and not "168h".
func short(d time.Duration) string {
	if d >= day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
