package checkup_test

import (
	"testing"

	"github.com/bento-cred/bento-cred/cmd/bento-credctl/internal/checkup"
	"github.com/bento-cred/bento-cred/ipc/management"
)

func TestBentoML(t *testing.T) {
	t.Parallel()
	taken := []management.Context{{Name: "default"}}
	environment := management.Skipped{Name: "__env__", Reason: "stands for the environment"}
	other := management.Skipped{Name: "odd", Reason: "no endpoint"}
	tests := map[string]struct {
		file management.Imported
		want []string
	}{
		"empty": {},
		"readable": {
			file: management.Imported{Taken: taken, Readable: true},
			want: []string{"readable-tokens bento-cred import bentoml --scrub"},
		},
		"clear text": {file: management.Imported{Taken: taken}, want: []string{"clear-text-tokens?"}},
		"readable, and not to be taken": {
			file: management.Imported{Path: "/home/ada/.yatai.yaml", Skipped: []management.Skipped{other}, Readable: true},
			want: []string{"readable-tokens chmod 600 /home/ada/.yatai.yaml"},
		},
		"the environment as current context": {
			file: management.Imported{Taken: taken, Skipped: []management.Skipped{environment}},
			want: []string{"env-as-current env -u BENTO_CLOUD_API_KEY bentoml cloud update-current-context default", "clear-text-tokens?"},
		},
		"that alone": {
			file: management.Imported{Skipped: []management.Skipped{environment}, Readable: true},
			want: []string{"env-as-current eval $(bento-cred env)"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want(t, checkup.BentoML(test.file), test.want...)
		})
	}
}
