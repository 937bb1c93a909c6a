package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// formula writes the Homebrew formula, where all its archives are built.
func (r *release) formula(built []build) error {
	sums := map[string]string{}
	for _, b := range built {
		sum, err := sum(filepath.Join(r.dir, b.archive))
		if err != nil {
			return err
		}
		sums[b.system+"/"+b.arch] = sum
	}
	words := []string{"@VERSION@", strings.TrimPrefix(r.version, "v"), "@TAG@", r.version}
	for _, platform := range []string{"darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64"} {
		if sums[platform] == "" {
			_, _ = fmt.Fprintln(r.out, "           no Homebrew formula without", platform) // it is only told
			return nil
		}
		words = append(words, "@"+platform+"@", sums[platform])
	}
	return r.write("bento-cred.rb", []byte(strings.NewReplacer(words...).Replace(formulaText)))
}

// formulaText is the formula. The agent is bento-cred's own, not brew's: brew's knows no
// sockets.
const formulaText = `# BentoCloud API tokens in the keychain, and in the programs that need them.
class BentoCred < Formula
  desc "BentoCloud API tokens in the keychain, and in the programs that need them"
  homepage "https://github.com/bento-cred/bento-cred"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "https://github.com/bento-cred/bento-cred/releases/download/@TAG@/bento-cred_@TAG@_darwin_arm64.tar.gz"
      sha256 "@darwin/arm64@"
    end
    on_intel do
      url "https://github.com/bento-cred/bento-cred/releases/download/@TAG@/bento-cred_@TAG@_darwin_amd64.tar.gz"
      sha256 "@darwin/amd64@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/bento-cred/bento-cred/releases/download/@TAG@/bento-cred_@TAG@_linux_arm64.tar.gz"
      sha256 "@linux/arm64@"
    end
    on_intel do
      url "https://github.com/bento-cred/bento-cred/releases/download/@TAG@/bento-cred_@TAG@_linux_amd64.tar.gz"
      sha256 "@linux/amd64@"
    end
  end

  def install
    bin.install "bento-cred", "bento-credctl", "bento-credd"
    bin.install_symlink "bento-cred" => "git-credential-bento"
    bin.install_symlink "bento-cred" => "docker-credential-bento"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/bento-cred.bash" => "bento-cred"
    zsh_completion.install "completions/_bento-cred"
    fish_completion.install "completions/bento-cred.fish"
  end

  def caveats
    <<~EOS
      The daemon starts when it is needed. To have it there after each login:
        bento-cred service install
      Before you uninstall bento-cred:
        bento-cred service uninstall
    EOS
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/bento-cred version")
  end
end
`
