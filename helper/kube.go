package helper

import (
	"errors"

	"github.com/bento-cred/bento-cred/helper/protocol/kube"
	"github.com/bento-cred/bento-cred/ipc"
)

// kube answers kubectl. The URL is the cluster's, which kubectl tells where the kubeconfig
// has provideClusterInfo, or that of --for.
func (p *program) kube(arguments []string) int {
	o, err := parse(verbKube, arguments)
	if errors.Is(err, errHelp) {
		return p.handOver()
	}
	if err != nil {
		return p.fail(err)
	}
	question, err := kube.Read(p.getenv(kube.Variable))
	if err != nil {
		return p.fail(usage(verbKube, err.Error()))
	}
	url := o.url(verbKube)
	if url == "" && o.deployment == "" {
		url = question.Server
	}
	if url == "" && o.deployment == "" {
		return p.fail(usage(verbKube, "kubectl names no cluster; set provideClusterInfo in the kubeconfig, or give --for URL"))
	}
	answer, err := p.credential(o, url)
	if err != nil {
		return p.fail(err)
	}
	if answer.Public {
		return p.fail(&ipc.Error{Code: ipc.AccessMissing, Message: answer.URL + " is public and wants no token", Hint: "call it without one"})
	}
	return p.answer(question.AppendAnswer(nil, answer))
}
