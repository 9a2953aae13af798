package main

import (
	"errors"
	"flag"
	"net/url"
	"os"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// runEtcd serves one member without TLS and without fsync: its data does not outlive the test run.
func runEtcd() error {
	flags := flag.NewFlagSet("etcd", flag.ExitOnError)
	dataDir := flags.String("data-dir", "", "where the data lies")
	client := flags.String("listen-client-url", "", "where the apiserver finds it")
	peer := flags.String("listen-peer-url", "", "required by etcd, used by nobody")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	clientURL, err := url.Parse(*client)
	if err != nil {
		return err
	}
	peerURL, err := url.Parse(*peer)
	if err != nil {
		return err
	}
	config := embed.NewConfig()
	config.Dir = *dataDir
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{*clientURL}, []url.URL{*clientURL}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{*peerURL}, []url.URL{*peerURL}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	server, err := embed.StartEtcd(config)
	if err != nil {
		return err
	}
	select {
	case <-server.Server.ReadyNotify():
	case <-time.After(20 * time.Second):
		return errors.New("etcd was not ready within 20 s")
	}
	return <-server.Err()
}
