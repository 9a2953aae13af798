package main

import (
	"context"
	"encoding/json"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	noopoteltrace "go.opentelemetry.io/otel/trace/noop"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	remote "k8s.io/cri-client/pkg"
	fakeremote "k8s.io/cri-client/pkg/fake"
)

// nodeRuntime makes the fake container runtime look like containerd: its name, and an address of its own for every pod
// sandbox that does not share the node's network.
type nodeRuntime struct {
	internalapi.RuntimeService
	directory string
	mutex     sync.Mutex
	next      netip.Addr
	addresses map[string]netip.Addr
}

// startRuntime serves the fake runtime on a socket and connects to it, as kubemark does.
func startRuntime(ctx context.Context, endpoint, podCIDR string) (internalapi.RuntimeService, internalapi.ImageManagerService, error) {
	prefix, err := netip.ParsePrefix(podCIDR)
	if err != nil {
		return nil, nil, err
	}
	fake := fakeremote.NewFakeRemoteRuntime()
	if err := fake.Start(endpoint); err != nil {
		return nil, nil, err
	}
	reportNetwork(fake)
	fake.ImageService.SetFakeFilesystemUsage([]*cri.FilesystemUsage{{
		Timestamp:  time.Now().UnixNano(),
		FsId:       &cri.FilesystemIdentifier{Mountpoint: "/var/lib/containerd"},
		UsedBytes:  &cri.UInt64Value{Value: 2 << 30},
		InodesUsed: &cri.UInt64Value{Value: 10_000},
	}})
	service, err := remote.NewRemoteRuntimeService(ctx, endpoint, 15*time.Second, noopoteltrace.NewTracerProvider(), false)
	if err != nil {
		return nil, nil, err
	}
	directory := filepath.Join(filepath.Dir(strings.TrimPrefix(endpoint, "unix://")), "environments")
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, nil, err
	}
	return &nodeRuntime{RuntimeService: service, directory: directory, next: prefix.Addr(), addresses: map[string]netip.Addr{}}, fake.ImageService, nil
}

func (r *nodeRuntime) Version(ctx context.Context, apiVersion string) (*cri.VersionResponse, error) {
	return &cri.VersionResponse{Version: "0.1.0", RuntimeName: "containerd", RuntimeVersion: "2.1.9", RuntimeApiVersion: "v1"}, nil
}

func (r *nodeRuntime) PodSandboxStatus(ctx context.Context, id string, verbose bool) (*cri.PodSandboxStatusResponse, error) {
	response, err := r.RuntimeService.PodSandboxStatus(ctx, id, verbose)
	if err != nil {
		return nil, err
	}
	// No address means the node's own to the kubelet (pkg/kubelet/kubelet_pods.go generateAPIPodStatus).
	address := ""
	if response.Status.GetLinux().GetNamespaces().GetOptions().GetNetwork() != cri.NamespaceMode_NODE {
		address = r.addressOf(id)
	}
	response.Status.Network = &cri.PodSandboxNetworkStatus{Ip: address}
	return response, nil
}

// CreateContainer leaves the environment that the kubelet has made for a container, for a test to compare with what was foretold.
func (r *nodeRuntime) CreateContainer(ctx context.Context, sandbox string, config *cri.ContainerConfig, sandboxConfig *cri.PodSandboxConfig) (string, error) {
	environment := map[string]string{}
	for _, variable := range config.GetEnvs() {
		environment[variable.GetKey()] = string(variable.GetValue())
	}
	written, err := json.Marshal(environment)
	if err != nil {
		return "", err
	}
	name := sandboxConfig.GetMetadata().GetNamespace() + "_" + sandboxConfig.GetMetadata().GetName() + "_" + config.GetMetadata().GetName()
	if err := os.WriteFile(filepath.Join(r.directory, name), written, 0o600); err != nil {
		return "", err
	}
	return r.RuntimeService.CreateContainer(ctx, sandbox, config, sandboxConfig)
}

func (r *nodeRuntime) addressOf(id string) string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if _, known := r.addresses[id]; !known {
		r.next = r.next.Next()
		r.addresses[id] = r.next
	}
	return r.addresses[id].String()
}

// reportNetwork lets a test break the pod network of this node (SIGUSR1), in the words containerd uses when it finds no
// CNI configuration, or the whole runtime (SIGHUP), and mend both (SIGUSR2).
func reportNetwork(fake *fakeremote.RemoteRuntime) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGHUP)
	go func() {
		for received := range signals {
			network := &cri.RuntimeCondition{Type: cri.NetworkReady, Status: true}
			runtime := &cri.RuntimeCondition{Type: cri.RuntimeReady, Status: received != syscall.SIGHUP}
			if received == syscall.SIGUSR1 {
				network = &cri.RuntimeCondition{Type: cri.NetworkReady, Reason: "NetworkPluginNotReady",
					Message: "Network plugin returns error: cni plugin not initialized"}
			}
			fake.RuntimeService.Lock()
			fake.RuntimeService.FakeStatus = &cri.RuntimeStatus{Conditions: []*cri.RuntimeCondition{
				runtime, network,
			}}
			fake.RuntimeService.Unlock()
		}
	}()
}
