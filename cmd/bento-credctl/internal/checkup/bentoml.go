package checkup

import "github.com/bento-cred/bento-cred/ipc/management"

// fromEnvironment is the name BentoML gives the context of the environment. Its
// update-current-context writes it to the file when the key is in the environment, and
// every later command without the key then fails. An import names it among what it does
// not take.
const fromEnvironment = "__env__"

// BentoML looks at BentoML's own context file, as a dry run of its import tells of it.
func BentoML(file management.Imported) []Finding {
	var found []Finding
	others := 0
	for _, skipped := range file.Skipped {
		if skipped.Name != fromEnvironment {
			others++
		}
	}
	if others < len(file.Skipped) {
		// Without the variable there is nothing in the file to switch to once its tokens
		// are in the store; with it BentoML does not look at the file.
		mend := "eval $(bento-cred env)"
		if len(file.Taken) > 0 {
			mend = "env -u " + keyVariable + " bentoml cloud update-current-context " + word(file.Taken[0].Name)
		}
		found = append(found, Finding{
			Name: "env-as-current",
			Problem: file.Path + " names " + fromEnvironment + " as the current context, so bentoml fails wherever " +
				keyVariable + " is not set",
			Mend: mend,
		})
	}
	switch {
	case len(file.Taken) > 0 && file.Readable:
		found = append(found, Finding{
			Name:    "readable-tokens",
			Problem: "other users can read the tokens in " + file.Path,
			Mend:    "bento-cred import bentoml --scrub",
		})
	case others > 0 && file.Readable:
		found = append(found, Finding{
			Name:    "readable-tokens",
			Problem: "other users can read " + file.Path + ", where tokens may stand",
			Mend:    "chmod 600 " + word(file.Path),
		})
	case len(file.Taken) > 0:
		found = append(found, Finding{
			Name:    "clear-text-tokens",
			Problem: "tokens stand in clear text in " + file.Path + "; `bento-cred import bentoml --scrub` moves them to the store",
			Note:    true,
		})
	}
	return found
}
