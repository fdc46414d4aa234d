module github.com/closurefix/closurefix

go 1.26.0

// Programs for work on closurefix, and those that are run by their paths. "go install
// ./...", which pre-commit runs, installs the command alone.
ignore (
	./analyzer/gopls
	./analyzer/internal/drivers/bare
	./analyzer/internal/drivers/multi
	./analyzer/internal/drivers/single
	./analyzer/playground
	./rewrite/internal/cmd
)

require (
	github.com/aymanbagabas/go-udiff v0.4.1
	github.com/dave/dst v0.27.4
	github.com/golangci/plugin-module-register v0.1.2
	github.com/google/pprof v0.0.0-20261016150608-1facf8f91b50
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/mod v0.37.0
	golang.org/x/perf v0.0.0-20260908200009-22c9c6c9d4da
	golang.org/x/sys v0.48.0
	golang.org/x/tools v0.47.0
)

require (
	github.com/aclements/go-moremath v0.0.0-20210112150236-f10218a38794 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	golang.org/x/sync v0.21.0 // indirect
)
