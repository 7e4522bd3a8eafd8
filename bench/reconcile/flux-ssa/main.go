// Flux's engine behind a protocol of lines: every line on standard input is one pass over the objects
// of a file, and is answered by one line on standard output.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/polling"
	"github.com/fluxcd/pkg/ssa"
	"github.com/fluxcd/pkg/ssa/utils"
	"github.com/go-logr/logr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	ctrllog "sigs.k8s.io/controller-runtime/pkg/log"
)

type pass struct {
	// File is JSON: a list of objects.
	File        string `json:"file"`
	Concurrency int    `json:"concurrency"`
}

type result struct {
	// Seconds that ApplyAll took; the file is read before.
	Seconds float64 `json:"seconds"`
	// Actions counts the objects by what was done with them.
	Actions map[string]int `json:"actions"`
	Error   string         `json:"error,omitempty"`
}

func main() {
	ctrllog.SetLogger(logr.Discard())
	manager, err := newManager(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		answer := result{}
		if err := run(manager, lines.Bytes(), &answer); err != nil {
			answer.Error = err.Error()
		}
		if err := answers.Encode(answer); err != nil {
			os.Exit(1)
		}
	}
}

// newManager makes what kustomize-controller makes for each pass, with a client that nothing slows down.
func newManager(kubeconfig string) (*ssa.ResourceManager, error) {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return nil, err
	}
	config.QPS = -1
	httpClient, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	mapper, err := apiutil.NewDynamicRESTMapper(config, httpClient)
	if err != nil {
		return nil, err
	}
	kubeClient, err := client.New(config, client.Options{HTTPClient: httpClient, Mapper: mapper})
	if err != nil {
		return nil, err
	}
	poller := polling.NewStatusPoller(kubeClient, mapper, polling.Options{})
	return ssa.NewResourceManager(kubeClient, poller, ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"}), nil
}

func run(manager *ssa.ResourceManager, line []byte, answer *result) error {
	var wanted pass
	if err := json.Unmarshal(line, &wanted); err != nil {
		return err
	}
	objects, err := readObjects(wanted.File)
	if err != nil {
		return err
	}
	manager.SetConcurrency(wanted.Concurrency)
	started := time.Now()
	changes, err := manager.ApplyAll(context.Background(), objects, applyOptions())
	answer.Seconds = time.Since(started).Seconds()
	if err != nil {
		return err
	}
	answer.Actions = map[string]int{}
	for _, change := range changes.Entries {
		answer.Actions[change.Action.String()]++
	}
	return nil
}

func readObjects(file string) ([]*unstructured.Unstructured, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return utils.ReadObjects(bytes.NewReader(content))
}

// applyOptions are kustomize-controller's, as far as they bear on these objects: it takes the fields
// that kubectl has set away from it.
func applyOptions() ssa.ApplyOptions {
	options := ssa.DefaultApplyOptions()
	options.Cleanup = ssa.ApplyCleanupOptions{
		FieldManagers: []ssa.FieldManager{
			{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationApply},
			{Name: "kubectl", OperationType: metav1.ManagedFieldsOperationUpdate},
			{Name: "before-first-apply", OperationType: metav1.ManagedFieldsOperationUpdate},
		},
	}
	return options
}
