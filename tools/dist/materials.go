package main

import (
	"debug/buildinfo"
	"encoding/json"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// The parts of a bill of materials that are used, as CycloneDX 1.5 names them
// (cyclonedx.org/docs/1.5/json).
type (
	bill struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
	}
	metadata struct {
		Timestamp string    `json:"timestamp"`
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref,omitempty"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PURL       string     `json:"purl,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// materials writes the bill of materials: the modules that are really linked into the
// programs, as these say themselves, and on which platforms into which.
func (r *release) materials(built []build) error {
	type linked struct{ path, version string }
	where := map[linked][]string{}
	for _, b := range built {
		for _, name := range programs {
			info, err := buildinfo.ReadFile(filepath.Join(b.dir, b.program(name)))
			if err != nil {
				return err
			}
			at := b.system + "/" + b.arch + "/" + name
			golang := &debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")}
			for _, dep := range append(info.Deps, golang) {
				if dep.Replace != nil {
					dep = dep.Replace
				}
				key := linked{dep.Path, dep.Version}
				where[key] = append(where[key], at)
			}
		}
	}
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{
		Timestamp: r.date.Format("2006-01-02T15:04:05Z"),
		Component: component{Type: "application", Name: module, Version: r.version, PURL: "pkg:golang/" + module + "@" + r.version},
	}}
	for key, places := range where {
		slices.Sort(places)
		purl := "pkg:golang/" + key.path + "@" + key.version
		b.Components = append(b.Components, component{
			Type: "library", Ref: purl, Name: key.path, Version: key.version, PURL: purl,
			Properties: []property{{Name: "bento-cred:linked-into", Value: strings.Join(places, " ")}},
		})
	}
	slices.SortFunc(b.Components, func(x, y component) int { return strings.Compare(x.Ref, y.Ref) })
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return r.write("bento-cred_"+r.version+"_sbom.cdx.json", append(text, '\n'))
}
