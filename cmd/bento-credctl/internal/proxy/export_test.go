package proxy

// ByTransport sends all requests by net/http's Transport, so that a test can hold both ways
// to one contract.
func (p *Proxy) ByTransport() { p.direct = nil }
