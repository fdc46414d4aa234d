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
	Tests []string

	// Tags, separated by commas, are those that the module builds with where there
	// is no cgo.
	Tags string
}

// corpus returns the modules, those that take the least time first. All of them are on the
// module proxy.
func corpus() []Module {
	return []Module{
		{"websocket", "github.com/coder/websocket", "v1.8.14", []string{"./..."}, []string{"."}, ""},
		{"monkit", "github.com/spacemonkeygo/monkit/v3", "v3.0.24", []string{"./..."}, []string{".", "./collect", "./present"}, ""},
		{"xnet", "golang.org/x/net", "v0.62.0", []string{"./..."}, []string{"./webdav"}, ""},
		{"xcrypto", "golang.org/x/crypto", "v0.58.0", []string{"./..."}, []string{"./acme/autocert"}, ""},
		{"xtools", "golang.org/x/tools", "v0.52.0", []string{"./..."}, []string{"./go/ssa", "./internal/gocommand"}, ""},
		{"badger", "github.com/dgraph-io/badger/v4", "v4.9.6", []string{"./..."}, nil, ""},
		{"quic", "github.com/quic-go/quic-go", "v0.65.0", []string{"./..."}, []string{"./internal/qtls", "./internal/handshake"}, ""},
		{"grpc", "google.golang.org/grpc", "v1.85.0", []string{"./..."}, []string{"./balancer/rls"}, ""},
		{"libp2p", "github.com/libp2p/go-libp2p", "v0.51.0", []string{"./..."}, []string{"./p2p/muxer/testsuite", "./p2p/muxer/yamux"}, ""},
		{"clientgo", "k8s.io/client-go", "v0.37.2", []string{"./..."}, []string{"./tools/cache"}, ""},
		{"caddy", "github.com/caddyserver/caddy/v2", "v2.11.9", []string{"./..."}, []string{"./modules/caddyhttp"}, ""},
		{"pebble", "github.com/cockroachdb/pebble/v2", "v2.1.7", []string{"./..."}, nil, ""},
		{"apiserver", "k8s.io/apiserver", "v0.37.2", []string{"./..."}, nil, ""},
		{"terraform", "github.com/hashicorp/terraform", "v1.13.3", []string{"./internal/..."}, []string{"./internal/states"}, ""},
		{"rclone", "github.com/rclone/rclone", "v1.76.0", []string{"./lib/...", "./fs/..."}, []string{"./lib/atexit", "./fs/log", "./fs/rc/jobs"}, ""},
		{"gopls", "golang.org/x/tools/gopls", "v0.21.1", []string{"./..."}, []string{"./internal/cache/..."}, ""},
		{"restic", "github.com/restic/restic", "v0.18.1", []string{"./..."}, []string{"./internal/textfile", "./internal/feature", "./internal/archiver"}, ""},
		{"image", "github.com/containers/image/v5", "v5.36.2", []string{"./..."}, []string{"./internal/streamdigest"}, "containers_image_openpgp"},
		{"uplink", "storj.io/uplink", "v1.14.5", []string{"./..."}, nil, ""},
		{"etcd", "go.etcd.io/etcd/server/v3", "v3.7.3", []string{"./..."}, []string{"./storage/wal"}, ""},
		{"prometheus", "github.com/prometheus/prometheus", "v0.316.0", []string{"./..."}, nil, ""},
		{"consul", "github.com/hashicorp/consul", "v1.22.7", []string{"./..."}, nil, ""},
		{"tailscale", "tailscale.com", "v1.98.9", []string{"./..."}, nil, ""},
		{"moby", "github.com/moby/moby/v2", "v2.0.0-beta.24", []string{"./..."}, nil, ""},
		{"gitea", "code.gitea.io/gitea", "v1.27.3", []string{"./..."}, nil, ""},
		{"minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c", []string{"./..."}, nil, ""},
	}
}
