//go:build !kubernetes1.37

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/cadvisor/info/v1"
	v2 "github.com/google/cadvisor/info/v2"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
)

const (
	nodeMemory = 4 << 30
	usedMemory = 1 << 30
)

// nodeCadvisor fills in what cadvisortest.Fake leaves empty and /stats/summary then refuses to answer without: it wants
// exactly one entry per cgroup, and a memory limit or its subtraction underflows (pkg/kubelet/stats/helper.go).
type nodeCadvisor struct {
	cadvisortest.Fake
	started time.Time
	// While this file is there the node's file system is not found, as on a machine whose device cAdvisor does not know.
	lost string
}

func newCadvisor(nodeName, rootDirectory string) *nodeCadvisor {
	return &nodeCadvisor{Fake: cadvisortest.Fake{NodeName: nodeName}, started: time.Now(), lost: filepath.Join(rootDirectory, "rootfs-lost")}
}

func (c *nodeCadvisor) VersionInfo() (*v1.VersionInfo, error) {
	return &v1.VersionInfo{KernelVersion: "6.1.0-40-amd64", ContainerOsVersion: "Debian GNU/Linux 12 (bookworm)"}, nil
}

func (c *nodeCadvisor) ContainerInfoV2(name string, _ v2.RequestOptions) (map[string]v2.ContainerInfo, error) {
	cpu, memory := c.usage()
	return map[string]v2.ContainerInfo{name: {
		Spec: v2.ContainerSpec{
			CreationTime: c.started, HasCpu: true, HasMemory: true,
			Memory: v2.MemorySpec{Limit: nodeMemory},
		},
		Stats: []*v2.ContainerStats{{
			Timestamp: time.Now(), Cpu: cpu, Memory: memory,
			CpuInst: &v2.CpuInstStats{Usage: v2.CpuInstUsage{Total: 100_000_000}},
		}},
	}}, nil
}

func (c *nodeCadvisor) GetRequestedContainersInfo(name string, _ v2.RequestOptions) (map[string]*v1.ContainerInfo, error) {
	cpu, memory := c.usage()
	return map[string]*v1.ContainerInfo{name: {
		ContainerReference: v1.ContainerReference{Name: name},
		Spec: v1.ContainerSpec{
			CreationTime: c.started, HasCpu: true, HasMemory: true,
			Memory: v1.MemorySpec{Limit: nodeMemory},
		},
		Stats: []*v1.ContainerStats{{Timestamp: time.Now(), Cpu: *cpu, Memory: *memory}},
	}}, nil
}

func (c *nodeCadvisor) RootFsInfo() (v2.FsInfo, error) {
	if _, err := os.Stat(c.lost); err == nil {
		return v2.FsInfo{}, errors.New("cannot find filesystem info for device \"/dev/vda1\"")
	}
	return fileSystem(), nil
}

func (c *nodeCadvisor) ImagesFsInfo(context.Context) (v2.FsInfo, error) { return fileSystem(), nil }

func (c *nodeCadvisor) ContainerFsInfo(context.Context) (v2.FsInfo, error) { return fileSystem(), nil }

func (c *nodeCadvisor) GetDirFsInfo(string) (v2.FsInfo, error) { return fileSystem(), nil }

func (c *nodeCadvisor) usage() (*v1.CpuStats, *v1.MemoryStats) {
	cpu := v1.CpuStats{Usage: v1.CpuUsage{Total: uint64(time.Since(c.started)) / 10}}
	return &cpu, &v1.MemoryStats{Usage: usedMemory, WorkingSet: usedMemory, RSS: usedMemory / 2}
}

func fileSystem() v2.FsInfo {
	inodes, free := uint64(1_000_000), uint64(900_000)
	return v2.FsInfo{
		Timestamp: time.Now(), Device: "/dev/vda1", Mountpoint: "/",
		Capacity: 40 << 30, Available: 30 << 30, Usage: 10 << 30,
		Inodes: &inodes, InodesFree: &free,
	}
}
