package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// seqs returns the numbers of records.
func seqs(records []Record) string {
	var numbers []string
	for _, record := range records {
		numbers = append(numbers, fmt.Sprint(record.Seq))
	}
	return strings.Join(numbers, " ")
}

func TestRead(t *testing.T) {
	t.Parallel()
	l := open(t, Config{Dir: t.TempDir(), MaxSize: 1000, Keep: 3})
	add(t, l, 12) // two in a file: 5 6, 7 8, 9 10, 11 12
	odd := func(r Record) bool { return r.Seq%2 == 1 }
	none := func(Record) bool { return false }
	since := func(after uint64, limit int, wanted func(Record) bool) func() ([]Record, error) {
		return func() ([]Record, error) { return l.Since(after, limit, wanted) }
	}
	last := func(n int, wanted func(Record) bool) func() ([]Record, error) {
		return func() ([]Record, error) { return l.Last(n, wanted) }
	}
	tests := map[string]struct {
		read func() ([]Record, error)
		want string
	}{
		"all":                  {since(0, 0, nil), "5 6 7 8 9 10 11 12"},
		"after what is gone":   {since(2, 2, nil), "5 6"},
		"after one":            {since(6, 3, nil), "7 8 9"},
		"in a file":            {since(7, 0, nil), "8 9 10 11 12"},
		"after the last":       {since(12, 0, nil), ""},
		"after what will come": {since(100, 0, nil), ""},
		"the greatest":         {since(^uint64(0), 0, nil), ""},
		"odd ones":             {since(6, 2, odd), "7 9"},
		"none":                 {since(0, 5, none), ""},
		"last one":             {last(1, nil), "12"},
		"last five":            {last(5, nil), "8 9 10 11 12"},
		"last odd ones":        {last(3, odd), "7 9 11"},
		"last of many":         {last(1000, nil), "5 6 7 8 9 10 11 12"},
		"last nothing":         {last(0, nil), ""},
		"last none":            {last(3, none), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.read()
			if err != nil || seqs(got) != test.want {
				t.Errorf("got %s, %v; want %s", seqs(got), err, test.want)
			}
		})
	}
}

func TestLastGoesRound(t *testing.T) {
	t.Parallel()
	l := open(t, Config{Dir: t.TempDir()})
	add(t, l, 10)
	for n := 1; n <= 11; n++ {
		got, err := l.Last(n, nil)
		if err != nil || len(got) != min(n, 10) || got[len(got)-1].Seq != 10 || got[0].Seq != uint64(11-len(got)) {
			t.Errorf("Last(%d) = %s, %v", n, seqs(got), err)
		}
	}
}

// TestReadSkipsWhatIsNoRecord puts things between the lines.
func TestReadSkipsWhatIsNoRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, Config{Dir: dir})
	add(t, l, 3)
	path := filepath.Join(dir, current)
	text := read(t, path)
	long := strings.Repeat("x", 3*maxLine)
	write(t, path, bytes.ReplaceAll(text, []byte("}\n"), []byte("}\n\n{}\nnull\n"+long+"\n")))
	numbers(t, l, 1, 3)
	if got, err := l.Last(2, nil); err != nil || seqs(got) != "2 3" {
		t.Errorf("Last = %s, %v", seqs(got), err)
	}
}

// TestLinesOfAnyLength reads lines about as long as what is read at once.
func TestLinesOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, length := range []int{0, 1, maxLine - 1, maxLine, maxLine + 1, maxLine + 2, 2*maxLine + 1, 2*maxLine + 2, 2*maxLine + 3, 5 * maxLine} {
		for _, after := range []string{"", "\n", "\nend", "\nend\n"} {
			first := strings.Repeat("é", length)[:length]
			checkLines(t, first+after)
		}
	}
}

// checkLines holds lines to what bytes.Split says.
func checkLines(t *testing.T, text string) {
	t.Helper()
	var got []string
	var end int64
	for l, err := range lines(io.MultiReader(strings.NewReader(text))) {
		if err != nil {
			t.Fatal(err)
		}
		end = l.end
		got = append(got, fmt.Sprintf("%x %v %v", l.sum(), l.long, l.ended()))
	}
	var want []string
	for part := range strings.Lines(text) {
		bare := strings.TrimSuffix(part, "\n")
		want = append(want, fmt.Sprintf("%x %v %v", sha256.Sum256([]byte(bare)), len(part) > maxLine+1, bare != part))
	}
	// Whether one that just fills the buffer is called long is of no account.
	if fmt.Sprint(got) != fmt.Sprint(want) && len(text) != maxLine+1 {
		t.Errorf("%d bytes: got %v, want %v", len(text), got, want)
	}
	if end != int64(len(text)) {
		t.Errorf("%d bytes: the last line ends at %d", len(text), end)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := Config{Dir: dir, MaxSize: 1500, Keep: 3}
	for range 10 { // reopened again and again
		l := open(t, c)
		add(t, l, 2)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	l := open(t, c)
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(names) != c.Keep+1 || filepath.Base(names[0]) != rotatedName(5) {
		t.Errorf("the files are %v, %v", names, err)
	}
	for _, name := range names {
		if size := len(read(t, name)); size > int(c.MaxSize) || size < int(c.MaxSize)/3 {
			t.Errorf("%s has %d bytes", name, size)
		}
	}
	sound(t, l, 5, 20)
	report, err := l.Verify()
	if err != nil || report.Files != 4 || report.FirstPrev == strings.Repeat("0", 64) {
		t.Errorf("Verify = %+v, %v", report, err)
	}
	large := entry()
	large.Directory = strings.Repeat("d", 3000)
	if _, err := l.Append(large); err != nil {
		t.Error(err)
	}
	add(t, l, 1)
	if got := bytes.Count(read(t, filepath.Join(dir, rotatedName(21))), []byte{'\n'}); got != 1 {
		t.Errorf("a record larger than a file stands with %d others", got-1)
	}
}

// TestRotationWritesOverNothing has the name for the next file taken.
func TestRotationWritesOverNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := open(t, Config{Dir: dir, MaxSize: 1000})
	taken := filepath.Join(dir, rotatedName(1))
	write(t, taken, []byte("old\n"))
	add(t, l, 3)
	if got := string(read(t, taken)); got != "old\n" {
		t.Errorf("an older file now is %q", got)
	}
	numbers(t, l, 1, 3)
	if err := os.Remove(taken); err != nil {
		t.Fatal(err)
	}
	if report, err := l.Verify(); err != nil || report.Sound != 1 || report.Troubles != 1 {
		t.Errorf("Verify = %+v, %v; want trouble with the file's name alone", report, err)
	}
}

// TestRotationOfWhatIsNoLog has a large file of something else stand in the place of the
// newest: it is put behind those that it came after.
func TestRotationOfWhatIsNoLog(t *testing.T) {
	t.Parallel()
	dir := made(t, 1500)
	write(t, filepath.Join(dir, current), bytes.Repeat([]byte("no record\n"), 200))
	l := open(t, Config{Dir: dir, MaxSize: 1500})
	add(t, l, 2)
	report, err := l.Verify()
	if err != nil || report.Troubles != 200 || report.Sound != 17 || report.Last != 18 {
		t.Errorf("Verify = %+v, %v; want trouble with the 200 lines alone", report, err)
	}
}
