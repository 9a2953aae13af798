package main

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	_ "unsafe" // go:linkname

	"github.com/spf13/pflag"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/server/flagz"
	"k8s.io/apiserver/pkg/server/healthz"
	clientset "k8s.io/client-go/kubernetes"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/configz"
	"k8s.io/klog/v2"
	configv1beta1 "k8s.io/kubelet/config/v1beta1"
	kubeletapp "k8s.io/kubernetes/cmd/kubelet/app"
	"k8s.io/kubernetes/pkg/kubelet"
	kubeletconfig "k8s.io/kubernetes/pkg/kubelet/apis/config"
	kubeletscheme "k8s.io/kubernetes/pkg/kubelet/apis/config/scheme"
	"k8s.io/kubernetes/pkg/kubelet/server"
)

// secureServer gives the hollow kubelet what kubemark leaves out and cmd/kubelet/app adds: TLS, authentication,
// authorization, /flagz and /configz.
func secureServer(ctx context.Context, o *kubeletOptions, client *clientset.Clientset, deps *kubelet.Dependencies) error {
	tlsOptions, err := kubeletapp.InitializeTLS(ctx, o.flags, o.config)
	if err != nil {
		return err
	}
	auth, reloadClientCA, err := kubeletapp.BuildAuth(o.nodeName(), client, *o.config)
	if err != nil {
		return err
	}
	reloadClientCA(ctx.Done())
	if o.preFineGrained {
		auth = proxyOnlyAuth{auth}
	}
	deps.TLSOptions, deps.Auth = tlsOptions, auth
	deps.Flagz = flagz.NamedFlagSetsReader{FlagSets: cliflag.NamedFlagSets{FlagSets: map[string]*pflag.FlagSet{"kubelet": o.set}}}
	return publishConfiguration(o.config)
}

// publishConfiguration fills /configz as setConfigz of cmd/kubelet/app does; without a kind it would say null.
func publishConfiguration(config *kubeletconfig.KubeletConfiguration) error {
	scheme, _, err := kubeletscheme.NewSchemeAndCodecs()
	if err != nil {
		return err
	}
	versioned := &configv1beta1.KubeletConfiguration{}
	if err := scheme.Convert(config, versioned, nil); err != nil {
		return err
	}
	versioned.SetGroupVersionKind(configv1beta1.SchemeGroupVersion.WithKind("KubeletConfiguration"))
	published, err := configz.New("kubeletconfig")
	if err != nil {
		return err
	}
	return published.Set(versioned)
}

// serveHealthz is the plain port 10248, which cmd/kubelet/app.run starts beside RunKubelet.
func serveHealthz(ctx context.Context, config *kubeletconfig.KubeletConfiguration) {
	if config.HealthzPort == 0 {
		return
	}
	mux := http.NewServeMux()
	healthz.InstallHandler(mux)
	go func() {
		address := net.JoinHostPort(config.HealthzBindAddress, strconv.Itoa(int(config.HealthzPort)))
		klog.FromContext(ctx).Error(http.ListenAndServe(address, mux), "Failed to start healthz server")
	}()
}

// proxyOnlyAuth asks what kubelets up to 1.31 asked. The list ends with the coarse subresource
// (pkg/kubelet/server/auth.go GetRequestAttributes); the gate itself is locked on in 1.36.
type proxyOnlyAuth struct{ server.AuthInterface }

func (a proxyOnlyAuth) GetRequestAttributes(ctx context.Context, u user.Info, r *http.Request) []authorizer.Attributes {
	attributes := a.AuthInterface.GetRequestAttributes(ctx, u, r)
	return attributes[len(attributes)-1:]
}

//go:linkname dynamicGitVersion k8s.io/component-base/version.dynamicGitVersion
var dynamicGitVersion atomic.Value

// pretendVersion changes what version.Get answers. The public SetDynamicVersion insists on the linked minor.
func pretendVersion(version string) {
	dynamicGitVersion.Store(version)
}
