// Command kdcluster is the cluster the tests run against: the real Kubernetes components, each a sub-command with the
// upstream command's own flags. Control plane and kubelets are processes of their own, so that a test can stop, freeze
// and restart each of them; the harness beside this module owns the processes.
package main

import (
	"fmt"
	"os"
	"syscall"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // rest_client_* metrics, as in the upstream commands
	_ "k8s.io/component-base/metrics/prometheus/version"  // kubernetes_build_info
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
)

var components = map[string]func() error{
	"etcd":                    runEtcd,
	"kube-apiserver":          func() error { return cli.RunNoErrOutput(apiserver.NewAPIServerCommand()) },
	"kube-controller-manager": func() error { return cli.RunNoErrOutput(controllermanager.NewControllerManagerCommand()) },
	"kube-scheduler":          func() error { return cli.RunNoErrOutput(scheduler.NewSchedulerCommand()) },
	"kubelet":                 runKubelet,
}

// The kernel ties the signal to the thread that asks for it: package initialisation runs locked to the main thread,
// which lives as long as the process.
func init() {
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
}

func main() {
	if len(os.Args) < 2 || components[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: kdcluster etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kubelet [flags]")
		os.Exit(2)
	}
	run := components[os.Args[1]]
	os.Args = append(os.Args[:1], os.Args[2:]...)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kdcluster:", err)
		os.Exit(1)
	}
}
