//go:build kubernetes1.37

package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	model "github.com/google/cadvisor/lib/model"
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

func (c *nodeCadvisor) VersionInfo() (*model.VersionInfo, error) {
	return &model.VersionInfo{KernelVersion: "6.1.0-40-amd64", ContainerOsVersion: "Debian GNU/Linux 12 (bookworm)"}, nil
}

func (c *nodeCadvisor) ContainerInfoV2(name string, _ model.RequestOptions) (map[string]model.ContainerInfo, error) {
	cpu, memory := c.usage()
	return map[string]model.ContainerInfo{name: {
		Spec: model.ContainerSpec{
			CreationTime: c.started, HasCpu: true, HasMemory: true,
			Memory: model.MemorySpec{Limit: nodeMemory},
		},
		Stats: []*model.ContainerStats{{
			Timestamp: time.Now(), Cpu: cpu, Memory: memory,
			CpuInst: &model.CpuInstStats{Usage: model.CpuInstUsage{Total: 100_000_000}},
		}},
	}}, nil
}

func (c *nodeCadvisor) GetRequestedContainersInfo(name string, _ model.RequestOptions) (map[string]*model.ContainerInfo, error) {
	cpu, memory := c.usage()
	return map[string]*model.ContainerInfo{name: {
		ContainerReference: model.ContainerReference{Name: name},
		Spec: model.ContainerSpec{
			CreationTime: c.started, HasCpu: true, HasMemory: true,
			Memory: model.MemorySpec{Limit: nodeMemory},
		},
		Stats: []*model.ContainerStats{{Timestamp: time.Now(), Cpu: cpu, Memory: memory}},
	}}, nil
}

func (c *nodeCadvisor) RootFsInfo() (model.FsInfo, error) {
	if _, err := os.Stat(c.lost); err == nil {
		return model.FsInfo{}, errors.New("cannot find filesystem info for device \"/dev/vda1\"")
	}
	return fileSystem(), nil
}

func (c *nodeCadvisor) ImagesFsInfo(context.Context) (model.FsInfo, error) { return fileSystem(), nil }

func (c *nodeCadvisor) ContainerFsInfo(context.Context) (model.FsInfo, error) {
	return fileSystem(), nil
}

func (c *nodeCadvisor) GetDirFsInfo(string) (model.FsInfo, error) { return fileSystem(), nil }

func (c *nodeCadvisor) usage() (*model.CpuStats, *model.MemoryStats) {
	cpu := model.CpuStats{Usage: model.CpuUsage{Total: uint64(time.Since(c.started)) / 10}}
	return &cpu, &model.MemoryStats{Usage: usedMemory, WorkingSet: usedMemory, RSS: usedMemory / 2}
}

func fileSystem() model.FsInfo {
	inodes, free := uint64(1_000_000), uint64(900_000)
	return model.FsInfo{
		Timestamp: time.Now(), Device: "/dev/vda1", Mountpoint: "/",
		Capacity: 40 << 30, Available: 30 << 30, Usage: 10 << 30,
		Inodes: &inodes, InodesFree: &free,
	}
}
