package main

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/types"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/kubernetes/cmd/kubelet/app/options"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubemark"
)

// kubeletOptions are the flags of the upstream kubelet plus those it has no flag for.
type kubeletOptions struct {
	flags  *options.KubeletFlags
	config *kubeletconfig.KubeletConfiguration
	set    *pflag.FlagSet

	leaseSeconds   int32
	pretendVersion string
	preFineGrained bool
}

// runKubelet is cmd/kubelet/app.run around the parts of kubemark: the server, authentication, authorization, pod
// handling and node status are the real ones, container runtime and cAdvisor are stand-ins.
func runKubelet() error {
	ctx := context.Background()
	o, err := parseKubeletOptions(os.Args[1:])
	if err != nil {
		return err
	}
	if o.pretendVersion != "" {
		pretendVersion(o.pretendVersion)
	}
	// Without it a user namespace without /dev/kmsg stops the kubelet (pkg/kubelet NewMainKubelet, oomwatcher).
	if err := utilfeature.DefaultMutableFeatureGate.Set("KubeletInUserNamespace=true"); err != nil {
		return err
	}
	client, heartbeat, err := kubeletClients(o)
	if err != nil {
		return err
	}
	runtime, images, err := startRuntime(ctx, "unix://"+filepath.Join(o.flags.RootDirectory, "cri.sock"), o.config.PodCIDR)
	if err != nil {
		return err
	}
	hollow := kubemark.NewHollowKubelet(o.flags, o.config, client, heartbeat,
		newCadvisor(o.flags.HostnameOverride, o.flags.RootDirectory), images, runtime, cm.NewStubContainerManager())
	// kubemark's fake would call every container ready; nil means the real prober (NewMainKubelet).
	hollow.KubeletDeps.ProbeManager = nil
	if err := secureServer(ctx, o, client, hollow.KubeletDeps); err != nil {
		return err
	}
	serveHealthz(ctx, o.config)
	hollow.Run(ctx)
	return nil
}

func parseKubeletOptions(args []string) (*kubeletOptions, error) {
	f, c := kubemark.GetHollowKubeletConfig(&kubemark.HollowKubeletOptions{
		NodeLabels: map[string]string{}, KubeletPort: 10250, MaxPods: 110,
	})
	// kubemark makes its directories in /tmp and never removes them.
	if err := os.RemoveAll(f.RootDirectory); err != nil {
		return nil, err
	}
	o := &kubeletOptions{flags: f, config: c, set: pflag.NewFlagSet("kubelet", pflag.ExitOnError)}
	// NewKubeletConfiguration opens everything for the sake of the bare command line (applyLegacyDefaults);
	// a kubelet with a configuration file starts closed (pkg/kubelet/apis/config/v1beta1/defaults.go).
	c.Authentication.Anonymous.Enabled = false
	c.Authentication.Webhook.Enabled = true
	c.Authorization.Mode = kubeletconfig.KubeletAuthorizationModeWebhook
	c.FailCgroupV1 = false
	c.MaxOpenFiles = 65536

	f.AddFlags(o.set)
	options.AddKubeletConfigFlags(o.set, c)
	o.set.Int32Var(&o.leaseSeconds, "node-lease-duration-seconds", 40, "nodeLeaseDurationSeconds of the configuration file")
	o.set.StringVar(&o.pretendVersion, "pretend-version", "", "version shown in the Node object")
	o.set.BoolVar(&o.preFineGrained, "pre-fine-grained", false, "ask for nodes/proxy alone, as before KubeletFineGrainedAuthz")
	if err := o.set.Parse(args); err != nil {
		return nil, err
	}
	if err := o.applyConfigFiles(args); err != nil {
		return nil, err
	}
	c.NodeLeaseDurationSeconds = o.leaseSeconds
	c.ProviderID = "kubemark://" + f.HostnameOverride
	c.StaticPodPath = filepath.Join(f.RootDirectory, "manifests")
	c.PodLogsDir = filepath.Join(f.RootDirectory, "pod-logs")
	for _, directory := range []string{c.StaticPodPath, c.PodLogsDir} {
		if err := os.MkdirAll(directory, 0o700); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// kubeletClients are made as in cmd/kubelet/app.run, except that they dial from the node's own address: all nodes share
// one network namespace, and a packet filter can tell them apart by nothing else.
func kubeletClients(o *kubeletOptions) (*clientset.Clientset, *clientset.Clientset, error) {
	config, err := clientcmd.BuildConfigFromFlags("", o.flags.KubeConfig)
	if err != nil {
		return nil, nil, err
	}
	config.ContentType = "application/vnd.kubernetes.protobuf"
	config.QPS, config.Burst = 50, 100
	dialer := &net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}
	if ip := net.ParseIP(o.flags.NodeIP); ip != nil {
		dialer.LocalAddr = &net.TCPAddr{IP: ip}
	}
	config.Dial = dialer.DialContext
	client, err := clientset.NewForConfig(config)
	if err != nil {
		return nil, nil, err
	}
	heartbeat := rest.CopyConfig(config)
	heartbeat.QPS = -1
	heartbeat.Timeout = min(o.config.NodeStatusUpdateFrequency.Duration, time.Duration(o.leaseSeconds)*time.Second)
	heartbeatClient, err := clientset.NewForConfig(heartbeat)
	return client, heartbeatClient, err
}

func (o *kubeletOptions) nodeName() types.NodeName {
	return types.NodeName(strings.ToLower(o.flags.HostnameOverride))
}
