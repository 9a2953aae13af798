package main

import (
	"context"
	"strings"
	_ "unsafe" // go:linkname

	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
)

// The upstream kubelet's own readers of --config and --config-dir, and its rule that flags come last (cmd/kubelet/app/server.go).

//go:linkname loadConfigFile k8s.io/kubernetes/cmd/kubelet/app.loadConfigFile
func loadConfigFile(ctx context.Context, name string) (*kubeletconfig.KubeletConfiguration, error)

//go:linkname mergeKubeletConfigurations k8s.io/kubernetes/cmd/kubelet/app.mergeKubeletConfigurations
func mergeKubeletConfigurations(config *kubeletconfig.KubeletConfiguration, directory string) ([]string, error)

//go:linkname kubeletConfigFlagPrecedence k8s.io/kubernetes/cmd/kubelet/app.kubeletConfigFlagPrecedence
func kubeletConfigFlagPrecedence(config *kubeletconfig.KubeletConfiguration, args []string) error

// ourFlags are those the upstream kubelet does not know.
var ourFlags = []string{"--node-lease-duration-seconds", "--pretend-version", "--pre-fine-grained"}

// applyConfigFiles replaces what the flags alone made of the configuration by file, drop-ins and flags over them, as
// the upstream command does. What kubemark needs to run at all stands in the file a test writes, or is kept from before.
func (o *kubeletOptions) applyConfigFiles(args []string) error {
	if o.flags.KubeletConfigFile == "" && o.flags.KubeletDropinConfigDirectory == "" {
		return nil
	}
	before, config := *o.config, o.config.DeepCopy()
	if o.flags.KubeletConfigFile != "" {
		loaded, err := loadConfigFile(context.Background(), o.flags.KubeletConfigFile)
		if err != nil {
			return err
		}
		config = loaded
	}
	if o.flags.KubeletDropinConfigDirectory != "" {
		if _, err := mergeKubeletConfigurations(config, o.flags.KubeletDropinConfigDirectory); err != nil {
			return err
		}
	}
	if err := kubeletConfigFlagPrecedence(config, upstream(args)); err != nil {
		return err
	}
	config.FailCgroupV1, config.MaxOpenFiles = before.FailCgroupV1, before.MaxOpenFiles
	config.CgroupsPerQOS, config.EnforceNodeAllocatable = before.CgroupsPerQOS, before.EnforceNodeAllocatable
	config.PodCIDR, config.EnableControllerAttachDetach = before.PodCIDR, before.EnableControllerAttachDetach
	config.NodeStatusUpdateFrequency, config.RegisterWithTaints = before.NodeStatusUpdateFrequency, before.RegisterWithTaints
	*o.config = *config
	return nil
}

func upstream(args []string) []string {
	var kept []string
	for _, arg := range args {
		name, _, _ := strings.Cut(arg, "=")
		ours := false
		for _, our := range ourFlags {
			ours = ours || name == our
		}
		if !ours {
			kept = append(kept, arg)
		}
	}
	return kept
}
