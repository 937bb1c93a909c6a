package main

import (
	"errors"
	"testing"
	"time"
)

func TestParseExpiry(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("UTC+1", 3600)
	tests := map[string]struct {
		text string
		want string
		err  error
	}{
		"nothing":              {text: ""},
		"days":                 {text: "30d", want: "2027-02-14T11:00:00Z"},
		"weeks":                {text: "1w", want: "2027-01-22T11:00:00Z"},
		"hours":                {text: "24h", want: "2027-01-16T11:00:00Z"},
		"a date, here":         {text: "2027-02-01", want: "2027-01-31T23:00:00Z"},
		"a time with a zone":   {text: "2027-02-01T10:00:00+02:00", want: "2027-02-01T08:00:00Z"},
		"no time at all":       {text: "0d", err: errPast},
		"today began already":  {text: "2027-01-15", err: errPast},
		"this very second":     {text: "2027-01-15T12:00:00+01:00", err: errPast},
		"no unit":              {text: "30", err: errExpiry},
		"no number":            {text: "d", err: errExpiry},
		"another unit":         {text: "30m", err: errExpiry},
		"a sign":               {text: "+30d", err: errExpiry},
		"back in time":         {text: "-30d", err: errExpiry},
		"longer than a person": {text: "99999d", err: errExpiry},
		"longer than a number": {text: "99999999999999999999d", err: errExpiry},
		"a fraction":           {text: "1.5d", err: errExpiry},
		"a time, here":         {text: "2027-02-01T10:00:00", want: "2027-02-01T09:00:00Z"},
		"with a space":         {text: "2027-02-01 10:00:00", want: "2027-02-01T09:00:00Z"},
		"a time gone by":       {text: "2027-01-15 11:59:59", err: errPast},
		"no seconds":           {text: "2027-02-01 10:00", err: errExpiry},
		"a unit of two bytes":  {text: "1д", err: errExpiry},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := parseExpiry(test.text, today().Add(-time.Hour).In(berlin))
			if got != test.want || !errors.Is(err, test.err) {
				t.Errorf("parseExpiry(%q) = %q, %v; want %q, %v", test.text, got, err, test.want, test.err)
			}
		})
	}
}

func FuzzParseExpiry(f *testing.F) {
	for _, seed := range []string{"", "30d", "1w", "24h", "2027-02-01", "2027-02-01T10:00:00Z", "2027-02-01 10:00:00", "+1d", "1д", "99999d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseExpiry(text, today())
		if err != nil || text == "" {
			if got != "" {
				t.Errorf("both %q and %v", got, err)
			}
			return
		}
		expires, err := time.Parse(time.RFC3339, got)
		if err != nil || !expires.After(today().Add(-time.Second)) {
			t.Errorf("parseExpiry(%q) = %q, which is no time to come", text, got)
		}
	})
}
