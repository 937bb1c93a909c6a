package checkup

import "github.com/bento-cred/bento-cred/ipc/management"

// fromEnvironment is the name BentoML gives the context of the environment. Its
// update-current-context writes it to the file when the key is in the environment, and
// every later command without the key then fails.
const fromEnvironment = "__env__"

// BentoML looks at BentoML's own context file, as a dry run of its import tells of it.
func BentoML(file management.Imported) []Finding {
	var found []Finding
	if file.Current == fromEnvironment {
		mend := "bentoml cloud login"
		if len(file.Taken) > 0 {
			mend = "bentoml cloud update-current-context " + word(file.Taken[0].Name)
		}
		found = append(found, Finding{
			Name: "env-as-current",
			Problem: file.Path + " names " + fromEnvironment + " as the current context, so bentoml fails wherever " +
				keyVariable + " is not set",
			Mend: "env -u " + keyVariable + " " + mend,
		})
	}
	switch {
	case len(file.Taken) > 0 && file.Readable:
		found = append(found, Finding{
			Name:    "readable-tokens",
			Problem: "other users can read the tokens in " + file.Path,
			Mend:    "bento-cred import bentoml --scrub",
		})
	case len(file.Skipped) > 0 && file.Readable:
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
