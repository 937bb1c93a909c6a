//go:build !cgo

package worker

import "unsafe"

// pair is an entry of a dictionary. One that is made for it is released with it.
type pair struct {
	key, value ref
	made       bool
}

// text makes a string.
func (s *security) text(key ref, text string) pair {
	bytes := append([]byte(text), 0) // never empty, so that there is a first byte
	return pair{key, s.makeString(0, &bytes[0], len(text), utf8Encoding, false), true}
}

// dictionary makes a dictionary that describes items of a service: an account's, or all.
func (s *security) dictionary(service, account string, more ...pair) ref {
	pairs := append([]pair{{key: s.class, value: s.password}, s.text(s.serviceOf, service)}, more...)
	if account != "" {
		pairs = append(pairs, s.text(s.accountOf, account))
	}
	keys, values := make([]ref, len(pairs)), make([]ref, len(pairs))
	for i, p := range pairs {
		keys[i], values[i] = p.key, p.value
	}
	made := s.makeDictionary(0, &keys[0], &values[0], len(keys), s.keyCalls, s.valueCalls)
	for _, p := range pairs {
		if p.made {
			s.release(p.value) // the dictionary holds it
		}
	}
	return made
}

// add implements keychainCalls.
func (s *security) add(service, account string, data []byte) int32 {
	bytes := append(data[:len(data):len(data)], 0) // as in text
	defer clear(bytes)
	item := s.dictionary(service, account,
		s.text(s.labelOf, "bento-cred"), pair{s.valueOf, s.makeData(0, &bytes[0], len(data)), true})
	defer s.release(item)
	return s.itemAdd(item, nil)
}

// read implements keychainCalls.
func (s *security) read(service, account string) ([]byte, int32) {
	query := s.dictionary(service, account, pair{key: s.wantData, value: s.yes})
	defer s.release(query)
	var found ref
	if status := s.itemCopy(query, &found); status != statusSuccess {
		return nil, status
	}
	defer s.release(found)
	length := s.dataLength(found)
	if length == 0 {
		return []byte{}, statusSuccess
	}
	data := make([]byte, length)
	copy(data, unsafe.Slice((*byte)(s.dataBytes(found)), length))
	return data, statusSuccess
}

// remove implements keychainCalls.
func (s *security) remove(service, account string) int32 {
	query := s.dictionary(service, account)
	defer s.release(query)
	return s.itemDelete(query)
}

// accounts implements keychainCalls.
func (s *security) accounts(service string) ([]string, int32) {
	query := s.dictionary(service, "",
		pair{key: s.wantAttributes, value: s.yes}, pair{key: s.limit, value: s.all})
	defer s.release(query)
	var found ref
	if status := s.itemCopy(query, &found); status != statusSuccess {
		return nil, status
	}
	defer s.release(found)
	accounts := make([]string, 0, s.count(found))
	for i := range s.count(found) {
		if account := s.value(s.at(found, i), s.accountOf); account != 0 {
			accounts = append(accounts, s.string(account))
		}
	}
	return accounts, statusSuccess
}

// string returns a string of Core Foundation's.
func (s *security) string(text ref) string {
	const bytesEach = 4 // at most, of UTF-8 for each of its units
	buffer := make([]byte, s.stringLength(text)*bytesEach+1)
	if !s.stringBytes(text, &buffer[0], len(buffer), utf8Encoding) {
		return ""
	}
	for i, b := range buffer {
		if b == 0 {
			return string(buffer[:i])
		}
	}
	return string(buffer)
}
