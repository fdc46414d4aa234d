package corpus

// A Module is a published module at a fixed version, and its packages to examine.
type Module struct {
	Name    string // short, unique: a directory name
	Path    string
	Version string

	// Packages are the patterns in which prepare functions are looked for. Their
	// callers are looked for in the whole module in any case.
	Packages []string

	// Tests are packages whose tests end in seconds, and pass without a network.
	// Without any, the tests of the packages that change are run.
	Tests []string

	// Cgo is set if the module does not compile without cgo.
	Cgo bool

	// Without are directories of packages that do not compile.
	Without []string

	// Tags, separated by commas, are those that the module builds with where there
	// is no cgo.
	Tags string
}

// corpus returns the modules, those that take the least time first. All of them are on the
// module proxy.
func corpus() []Module {
	return []Module{
		{"websocket", "github.com/coder/websocket", "v1.8.14", []string{"./..."}, []string{"."}, false, nil, ""},
		{"monkit", "github.com/spacemonkeygo/monkit/v3", "v3.0.24", []string{"./..."}, []string{".", "./collect", "./present"}, false, nil, ""},
		{"xnet", "golang.org/x/net", "v0.62.0", []string{"./..."}, []string{"./webdav"}, false, nil, ""},
		{"xcrypto", "golang.org/x/crypto", "v0.58.0", []string{"./..."}, []string{"./acme/autocert"}, false, nil, ""},
		{"xtools", "golang.org/x/tools", "v0.52.0", []string{"./..."}, []string{"./go/ssa", "./internal/gocommand"}, false, nil, ""},
		{"badger", "github.com/dgraph-io/badger/v4", "v4.9.6", []string{"./..."}, nil, false, nil, ""},
		{"quic", "github.com/quic-go/quic-go", "v0.65.0", []string{"./..."}, []string{"./internal/qtls", "./internal/handshake"}, false, nil, ""},
		{"grpc", "google.golang.org/grpc", "v1.85.0", []string{"./..."}, []string{"./balancer/rls"}, false, nil, ""},
		{"libp2p", "github.com/libp2p/go-libp2p", "v0.51.0", []string{"./..."}, []string{"./p2p/muxer/testsuite", "./p2p/muxer/yamux"}, false, nil, ""},
		{"clientgo", "k8s.io/client-go", "v0.37.2", []string{"./..."}, []string{"./tools/cache"}, false, nil, ""},
		{"caddy", "github.com/caddyserver/caddy/v2", "v2.11.9", []string{"./..."}, []string{"./modules/caddyhttp"}, false, nil, ""},
		{"pebble", "github.com/cockroachdb/pebble/v2", "v2.1.7", []string{"./..."}, nil, false, nil, ""},
		{"apiserver", "k8s.io/apiserver", "v0.37.2", []string{"./..."}, nil, false, nil, ""},
		{"terraform", "github.com/hashicorp/terraform", "v1.13.3", []string{"./internal/..."}, []string{"./internal/states"}, false, nil, ""},
		{"rclone", "github.com/rclone/rclone", "v1.76.0", []string{"./lib/...", "./fs/..."}, []string{"./lib/atexit", "./fs/log", "./fs/rc/jobs"}, false, nil, ""},
		{"gopls", "golang.org/x/tools/gopls", "v0.21.1", []string{"./..."}, []string{"./internal/cache/..."}, false, nil, ""},
		{"restic", "github.com/restic/restic", "v0.18.1", []string{"./..."}, []string{"./internal/textfile", "./internal/feature", "./internal/archiver"}, false, nil, ""},
		{"image", "github.com/containers/image/v5", "v5.36.2", []string{"./..."}, []string{"./internal/streamdigest"}, false, nil, "containers_image_openpgp"},
		{"uplink", "storj.io/uplink", "v1.14.5", []string{"./..."}, nil, false, nil, ""},
		{"etcd", "go.etcd.io/etcd/server/v3", "v3.7.3", []string{"./..."}, []string{"./storage/wal"}, false, nil, ""},
		{"prometheus", "github.com/prometheus/prometheus", "v0.316.0", []string{"./..."}, nil, false, nil, ""},
		{"consul", "github.com/hashicorp/consul", "v1.22.7", []string{"./..."}, nil, false, nil, ""},
		{"tailscale", "tailscale.com", "v1.98.9", []string{"./..."}, nil, false, nil, ""},
		{"moby", "github.com/moby/moby/v2", "v2.0.0-beta.24", []string{"./..."}, nil, false, nil, ""},
		{"gitea", "code.gitea.io/gitea", "v1.27.3", []string{"./..."}, nil, false, nil, ""},
		{"minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c", []string{"./..."}, nil, false, nil, ""},
	}
}

// unseen returns modules that were not read before they ran first, those that take the least time
// first within each group. They are known modules that have a function with a closure on the heap
// which some caller defers or calls. The last ones of the first group need much to compile.
func unseen() []Module {
	all := []string{"./..."}
	return []Module{
		{"xtelemetry", "golang.org/x/telemetry", "v0.0.0-20261111153349-cdaf7e97dd7b", all, nil, false, nil, ""},
		{"runc", "github.com/opencontainers/runc", "v1.5.3", all, nil, true, nil, ""},
		{"natsgo", "github.com/nats-io/nats.go", "v1.55.0", all, nil, false, nil, ""},
		{"gofuse", "github.com/hanwen/go-fuse/v2", "v2.12.1", all, nil, false, nil, ""},
		{"kind", "sigs.k8s.io/kind", "v0.33.0", all, nil, false, nil, ""},
		{"btcd", "github.com/btcsuite/btcd", "v0.26.2", all, nil, false, nil, ""},
		{"jujuutils", "github.com/juju/utils/v3", "v3.2.3", all, nil, false, nil, ""},
		{"bleve", "github.com/blevesearch/bleve/v2", "v2.6.3", all, nil, false, nil, ""},
		{"wazero", "github.com/tetratelabs/wazero", "v1.12.0", all, nil, false, nil, ""},
		{"atlas", "ariga.io/atlas", "v0.32.1-0.20250325101103-175b25e1c1b9", all, nil, false, nil, ""},
		{"act", "github.com/nektos/act", "v0.2.89", all, nil, false, nil, ""},
		{"storage", "github.com/containers/storage", "v1.59.1", all, nil, false, nil, ""},
		{"gazelle", "github.com/bazelbuild/bazel-gazelle", "v0.54.0", all, nil, false, []string{"cmd/gazelle"}, ""},
		{"swarmkit", "github.com/moby/swarmkit/v2", "v2.0.0", all, nil, false, nil, ""},
		{"sqlite", "zombiezen.com/go/sqlite", "v1.4.2", all, nil, false, nil, ""},
		{"delve", "github.com/go-delve/delve", "v1.27.2", all, nil, false, nil, ""},
		{"dskit", "github.com/grafana/dskit", "v0.0.0-20260703122047-de1ec7541c44", all, nil, false, nil, ""},
		{"cue", "cuelang.org/go", "v0.17.1", all, nil, false, nil, ""},
		{"ncruces", "github.com/ncruces/go-sqlite3", "v0.37.0", all, nil, false, nil, ""},
		{"stargz", "github.com/containerd/stargz-snapshotter", "v0.19.1", all, nil, false, nil, ""},
		{"xbuild", "golang.org/x/build", "v0.0.0-20260918145456-c0ee0fbd16a3", all, nil, false, nil, ""},
		{"spanner", "cloud.google.com/go/spanner", "v1.96.1", all, nil, false, nil, ""},
		{"bigtable", "cloud.google.com/go/bigtable", "v1.58.0", all, nil, false, nil, ""},
		{"ddtrace", "github.com/DataDog/dd-trace-go/v2", "v2.12.0", all, nil, false, nil, ""},
		{"gvisor", "gvisor.dev/gvisor", "v0.0.0-20260905035102-160fafc42237", all, nil, false, nil, ""},
		{"buildx", "github.com/docker/buildx", "v0.38.2", all, nil, false, nil, ""},
		{"gocloud", "gocloud.dev", "v0.49.0", all, nil, false, nil, ""},
		{"pulumi", "github.com/pulumi/pulumi/pkg/v3", "v3.276.0", all, nil, false, nil, ""},
		{"dapr", "github.com/dapr/dapr", "v1.14.0", all, nil, false, nil, ""},
		{"vitess", "vitess.io/vitess", "v0.24.4", all, nil, false, nil, ""},

		{"clickhouse", "github.com/ClickHouse/clickhouse-go/v2", "v2.51.0", all, nil, false, nil, ""},
		{"soci", "github.com/awslabs/soci-snapshotter", "v0.16.1", all, nil, false, nil, ""},
		{"mailpit", "github.com/axllent/mailpit", "v1.33.1", all, nil, false, nil, ""},
		{"buf", "github.com/bufbuild/buf", "v1.75.0", all, nil, false, nil, ""},
		{"centrifugo", "github.com/centrifugal/centrifugo/v6", "v6.9.1", all, nil, false, nil, ""},
		{"chromedp", "github.com/chromedp/chromedp", "v0.23.0", all, nil, false, nil, ""},
		{"gqlgen", "github.com/99designs/gqlgen", "v0.17.98", all, nil, false, nil, ""},
		{"gogit", "github.com/go-git/go-git/v6", "v6.0.0-beta.1", all, nil, false, nil, ""},
		{"jaeger", "github.com/jaegertracing/jaeger", "v1.76.0", all, nil, false, nil, ""},
		{"ginkgo", "github.com/onsi/ginkgo/v2", "v2.34.0", all, nil, false, nil, ""},
		{"alertmanager", "github.com/prometheus/alertmanager", "v0.35.0", all, nil, false, nil, ""},
		{"clientgolang", "github.com/prometheus/client_golang", "v1.25.0", all, nil, false, nil, ""},
		{"goredis", "github.com/redis/go-redis/v9", "v9.23.0", all, nil, false, nil, ""},
		{"rueidis", "github.com/redis/rueidis", "v1.0.79", all, nil, false, nil, ""},
		{"river", "github.com/riverqueue/river", "v0.51.2", all, nil, false, nil, ""},
		{"rekor", "github.com/sigstore/rekor", "v1.5.4", all, nil, false, nil, ""},
		{"spire", "github.com/spiffe/spire", "v1.13.3", all, nil, false, nil, ""},
		{"vkubelet", "github.com/virtual-kubelet/virtual-kubelet", "v1.14.1", all, nil, false, nil, ""},
		{"victorialogs", "github.com/VictoriaMetrics/VictoriaLogs", "v1.52.1", all, nil, false, nil, ""},
		{"gotestsum", "gotest.tools/gotestsum", "v1.13.0", all, nil, false, nil, ""},
		{"componentbase", "k8s.io/component-base", "v0.37.2", all, nil, false, nil, ""},
		{"dra", "k8s.io/dynamic-resource-allocation", "v0.37.2", all, nil, false, nil, ""},
		{"mautrix", "maunium.net/go/mautrix", "v0.32.0", all, nil, false, nil, ""},
		{"miniflux", "miniflux.app/v2", "v2.3.5", all, nil, false, nil, ""},
		{"d2", "oss.terrastruct.com/d2", "v0.7.2", all, nil, false, nil, ""},
		{"critools", "sigs.k8s.io/cri-tools", "v1.37.0", all, nil, false, nil, ""},
	}
}
