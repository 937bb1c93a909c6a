package server

import (
	"slices"
	"time"
)

const (
	// acceptPause is the wait after an accept that failed for want of descriptors.
	acceptPause = 50 * time.Millisecond
	// placePause is the time between two looks for one who can give way.
	placePause = 5 * time.Millisecond
	// leastQuiet is how long a peer must have been silent to be sent away. One that has just
	// connected has its question on the way.
	leastQuiet = 50 * time.Millisecond
)

// takePlace takes a place for one more conversation. Where all are taken, a quiet one gives
// way: peers that connect and say nothing must not keep out those that ask.
func (s *Server) takePlace() {
	for {
		select {
		case s.places <- struct{}{}:
			return
		default:
		}
		s.dismissQuiet(1)
		select {
		case s.places <- struct{}{}:
			return
		case <-time.After(placePause):
		}
	}
}

// leavePlace gives a place back.
func (s *Server) leavePlace() { <-s.places }

// dismissQuiet ends some of the conversations in which nothing is being asked, most of them
// at most: first those in which nothing ever was, and the longest quiet first.
func (s *Server) dismissQuiet(most int) {
	type quiet struct {
		conversation *conversation
		since        time.Time
		asked        bool
	}
	var all []quiet
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.held {
		since, asked := c.quietSince()
		if !since.IsZero() && time.Since(since) >= leastQuiet {
			all = append(all, quiet{c, since, asked})
		}
	}
	slices.SortFunc(all, func(x, y quiet) int {
		switch {
		case x.asked && !y.asked:
			return 1
		case !x.asked && y.asked:
			return -1
		}
		return x.since.Compare(y.since)
	})
	for _, each := range all[:min(most, len(all))] {
		if each.conversation.dismiss() {
			delete(s.held, each.conversation) // or it would be chosen again
		}
	}
}
