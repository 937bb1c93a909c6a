// Package noticetest has what shows notices on a desktop, for tests: a session bus of the
// test's own, dunst on a display nobody sees, and a fake of a notification server for what
// a real one does seldom and for machines that have none. It is for Linux alone, as the
// desktop notifications of freedesktop.org are.
//
// https://specifications.freedesktop.org/notification-spec/latest/
package noticetest
