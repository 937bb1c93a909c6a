package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// generation is one write of a subject, as the listing shows it.
type generation struct {
	number uint64
	pieces []int // in order; whole if the head, 0, is among them and says so
}

// headed reports whether g has its head, which is written last and removed first.
func (g generation) headed() bool { return len(g.pieces) > 0 && g.pieces[0] == 0 }

// scan lists the keychain: for each subject its generations, the newest first.
func (v *vault) scan(ctx context.Context) (map[subject][]generation, error) {
	keys, err := v.items.keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the keychain: %w", err)
	}
	pieces := map[subject]map[uint64][]int{}
	for _, key := range keys {
		i, ours := parseKey(key)
		if !ours {
			continue
		}
		if v.doomed[key] {
			v.sweep(ctx, key)
			continue
		}
		if pieces[i.subject] == nil {
			pieces[i.subject] = map[uint64][]int{}
		}
		pieces[i.subject][i.generation] = append(pieces[i.subject][i.generation], i.piece)
	}
	found := make(map[subject][]generation, len(pieces))
	for s, numbers := range pieces {
		for number, list := range numbers {
			slices.Sort(list)
			found[s] = append(found[s], generation{number, slices.Compact(list)})
		}
		slices.SortFunc(found[s], func(a, b generation) int { return cmp.Compare(b.number, a.number) })
	}
	return found, nil
}

// list returns the names of one kind, in order.
func (v *vault) list(ctx context.Context, k kind) ([]string, error) {
	found, err := v.scan(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, s := range slices.SortedFunc(maps.Keys(found), bySubject) {
		if s.kind == k && slices.ContainsFunc(found[s], generation.headed) {
			names = append(names, s.name)
		}
	}
	return names, nil
}

// bySubject orders subjects.
func bySubject(a, b subject) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
}
