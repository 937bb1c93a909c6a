package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/bento-cred/bento-cred/daemon/internal/store"
	"github.com/bento-cred/bento-cred/daemon/internal/store/worker"
)

// writerVariable makes this binary a program that writes to a store until it is killed.
const writerVariable = "BENTO_CRED_TEST_WRITER"

// order is what the writer is told, as JSON in its variable. It holds no secret.
type order struct {
	Backend    store.Backend
	Remembered store.Choice
	Dir        string
	Env        []string
	First      int // the number of the first write
}

// crashNames are the contexts that are written in turn.
var crashNames = []string{"a", "b", "c"}

// crashValue is what write n puts: whole if it is as long as its first line says.
func crashValue(n int) []byte {
	return []byte(strconv.Itoa(n) + "\n" + strings.Repeat("x", 200+n%7*300))
}

// crashWriter is the writer: it says "try n" before each write, and "ack n" after.
func crashWriter(text string) int {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return 1
	}
	config := store.Config{Backend: o.Backend, Remembered: o.Remembered, Dir: o.Dir}
	config.Worker.Executable, config.Worker.Args = os.Args[0], []string{worker.Verb}
	config.Worker.Env = o.Env
	ctx := context.Background()
	k, err := store.Open(ctx, config)
	if err != nil {
		return 1
	}
	for n := o.First; ; n++ {
		fmt.Println("try", n)
		name := crashNames[n%len(crashNames)]
		var err error
		if n%10 == 9 {
			err = k.Delete(ctx, name)
		} else {
			err = k.Put(ctx, name, crashValue(n))
		}
		switch {
		case err == nil || errors.Is(err, store.ErrNotFound):
			fmt.Println("ack", n)
		case !errors.Is(err, store.ErrLost):
			fmt.Println("bad", n, err)
		}
	}
}
