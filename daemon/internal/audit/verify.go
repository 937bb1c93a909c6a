package audit

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Report is what Verify found.
type Report struct {
	Files   int    // that are not empty
	Records uint64 // that are kept
	First   uint64 // the number of the first record that is kept
	Last    uint64 // and of the last
	// Began is when the first one was made.
	Began time.Time
	// FirstPrev is the sum that the first one holds: that of a line that rotation took,
	// or zeros.
	FirstPrev string
	// Head is the sum of the last line.
	Head string
	// Trouble says what is wrong first, and Troubles how much is; empty: all is sound.
	Trouble  string
	Troubles int
	// Sound is the number of the record from which on, to the end, nothing is wrong;
	// 0: there is none.
	Sound uint64
}

// Verify goes through all that is kept, oldest first, and finds each byte that was
// changed, and each line that was taken away, put in or moved; see the package's doc for
// what it cannot find. The error is for what could not be read.
func (l *Log) Verify() (Report, error) {
	l.mu.Lock()
	files, err := l.sourcesLocked(0)
	head := l.head
	l.mu.Unlock()
	defer files.close()
	if err != nil {
		return Report{}, err
	}
	var w walker
	for _, file := range files {
		if err := w.file(file); err != nil {
			return Report{}, err
		}
	}
	if w.sum != head {
		w.report.Sound = 0
		w.blame("the end", "it is not what was last written")
	}
	w.report.Head = hex.EncodeToString(w.sum[:])
	return w.report, nil
}

// walker goes through a chain.
type walker struct {
	report Report
	sum    sum // of the line before
	some   bool
}

// blame notes what is wrong with a place.
func (w *walker) blame(place, what string) {
	if w.report.Troubles == 0 {
		w.report.Trouble = place + ": " + what
	}
	w.report.Troubles++
}

// file goes through a file.
func (w *walker) file(s source) error {
	named := s.first // until the first record has been seen
	for line, err := range s.lines() {
		if err != nil {
			return err
		}
		if line.number == 1 {
			w.report.Files++
		}
		place := fmt.Sprintf("%s line %d", s.name, line.number)
		record, ok := line.record()
		// A line that lacks its line feed alone is mended when its file is opened to be
		// written to, which a rotated one never is again.
		half := !line.ended() && (!ok || s.first > 0)
		switch {
		case half:
			w.blame(place, "it was cut off in the middle")
			if ok { // but for the line feed: it is read, and counts
				w.record(place, record, named)
				named = 0
			}
			w.report.Sound = 0
		case ok:
			w.record(place, record, named)
			named = 0
		default:
			w.report.Sound = 0
			w.blame(place, "it is no record")
		}
		w.sum, w.some = line.sum(), true
	}
	return nil
}

// record holds a record to what stands before it. The first of a rotated file has the
// number that its name tells, which is named; 0: any.
func (w *walker) record(place string, r Record, named uint64) {
	report := &w.report
	wrong := w.wrong(r, named)
	if wrong != "" {
		w.blame(place, wrong)
	}
	if wrong != "" || report.Sound == 0 {
		report.Sound = r.Seq
	}
	if report.Records == 0 {
		report.First, report.Began, report.FirstPrev = r.Seq, r.Time, r.Prev
	}
	report.Records++
	report.Last = r.Seq
}

// wrong says what is wrong with a record; empty: nothing.
//
// Only rotation takes the beginning of a chain away, and always leaves a rotated file. So
// where a chain does not begin at 1, it begins with one, and with the record that one
// is named by.
func (w *walker) wrong(r Record, named uint64) string {
	switch {
	case !w.some && r.Seq == 1 && r.Prev != hex.EncodeToString(w.sum[:]):
		return "it is the first, and has a line before it"
	case !w.some && r.Seq > 1 && named == 0:
		return "what stood before it was taken away"
	case w.some && r.Prev != hex.EncodeToString(w.sum[:]):
		return "the line before it was changed or taken away"
	case named != 0 && r.Seq != named:
		return fmt.Sprintf("its file begins with record %d, and not with %d", r.Seq, named)
	case w.report.Records > 0 && r.Seq != w.report.Last+1:
		return fmt.Sprintf("it is record %d, and the one before it %d", r.Seq, w.report.Last)
	}
	return ""
}
