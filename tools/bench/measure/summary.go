package measure

import (
	"slices"
	"time"
)

// Sample is what one thing took that was measured.
type Sample struct {
	Wall   time.Duration
	CPU    time.Duration // of the user and of the system; 0 where it is not known
	Faults int64         // of pages; 0 where it is not known
}

// Summary is what many samples say. Of the processor's time and the faults it is the
// median.
type Summary struct {
	N      int           `json:"n"`
	Min    time.Duration `json:"min_ns"`
	P25    time.Duration `json:"p25_ns"`
	Median time.Duration `json:"median_ns"`
	P75    time.Duration `json:"p75_ns"`
	P99    time.Duration `json:"p99_ns"`
	CPU    time.Duration `json:"cpu_ns,omitempty"`
	Faults int64         `json:"faults,omitempty"`
}

// Summarize returns what samples say; of none, the zero Summary.
func Summarize(samples []Sample) Summary {
	wall := column(samples, func(s Sample) time.Duration { return s.Wall })
	return Summary{
		N:      len(samples),
		Min:    Quantile(wall, 0),
		P25:    Quantile(wall, 0.25),
		Median: Quantile(wall, 0.5),
		P75:    Quantile(wall, 0.75),
		P99:    Quantile(wall, 0.99),
		CPU:    Quantile(column(samples, func(s Sample) time.Duration { return s.CPU }), 0.5),
		Faults: Quantile(column(samples, func(s Sample) int64 { return s.Faults }), 0.5),
	}
}

// column returns one number of each sample, sorted.
func column[N time.Duration | int64](samples []Sample, of func(Sample) N) []N {
	numbers := make([]N, len(samples))
	for i, sample := range samples {
		numbers[i] = of(sample)
	}
	slices.Sort(numbers)
	return numbers
}

// Quantile returns the number below which the share q of the sorted numbers lies; between
// two of them it is on the line from one to the other. Of none it is 0.
func Quantile[N time.Duration | int64](sorted []N, q float64) N {
	if len(sorted) == 0 {
		return 0
	}
	at := q * float64(len(sorted)-1)
	low := int(at)
	if low >= len(sorted)-1 {
		return sorted[len(sorted)-1]
	}
	return sorted[low] + N((at-float64(low))*float64(sorted[low+1]-sorted[low]))
}

// Ratio returns how many times b goes into a; 0 where b is nothing.
func Ratio(a, b time.Duration) float64 {
	if b <= 0 {
		return 0
	}
	return float64(a) / float64(b)
}
