package callers

import (
	"go/ast"
	"go/parser"
	"go/types"
	"strings"

	"github.com/closurefix/closurefix/rewrite/pattern"
)

// asserted lists interfaces that the standard library or go vet look for with type
// assertions. A program need not name such an interface, but behaves differently when a
// type gains or loses its methods. Each line holds the methods of one interface.
const asserted = `
	Error() string
	String() string
	GoString() string
	Format(fmt.State, rune)
	Scan(fmt.ScanState, rune) error
	Unwrap() error
	Unwrap() []error
	Is(error) bool
	As(any) bool
	Timeout() bool
	Temporary() bool
	RuntimeError()
	AfterFunc(func()) func() bool
	Deadline() (time.Time, bool)

	Close() error
	CloseRead() error
	CloseWrite() error
	CloseWithError(error) error
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	Seek(int64, int) (int64, error)
	ReadAt([]byte, int64) (int, error)
	WriteAt([]byte, int64) (int, error)
	ReadFrom(io.Reader) (int64, error)
	WriteTo(io.Writer) (int64, error)
	ReadByte() (byte, error)
	UnreadByte() error
	WriteByte(byte) error
	ReadRune() (rune, int, error)
	UnreadRune() error
	WriteString(string) (int, error)
	Flush()
	Flush() error
	FlushError() error
	Sync() error
	Fd() uintptr
	SyscallConn() (syscall.RawConn, error)
	Lock(); Unlock()
	RLocker() sync.Locker

	Set(string) error; String() string
	IsBoolFlag() bool
	Get() any
	LogValue() slog.Value
	Level() slog.Level

	MarshalText() ([]byte, error)
	UnmarshalText([]byte) error
	AppendText([]byte) ([]byte, error)
	MarshalBinary() ([]byte, error)
	UnmarshalBinary([]byte) error
	AppendBinary([]byte) ([]byte, error)
	MarshalJSON() ([]byte, error)
	UnmarshalJSON([]byte) error
	MarshalJSONTo(*jsontext.Encoder) error
	UnmarshalJSONFrom(*jsontext.Decoder) error
	MarshalXML(*xml.Encoder, xml.StartElement) error
	UnmarshalXML(*xml.Decoder, xml.StartElement) error
	MarshalXMLAttr(xml.Name) (xml.Attr, error)
	UnmarshalXMLAttr(xml.Attr) error
	GobEncode() ([]byte, error)
	GobDecode([]byte) error
	IsZero() bool

	Scan(any) error
	Value() (driver.Value, error)
	Ping(context.Context) error
	ResetSession(context.Context) error
	IsValid() bool
	CheckNamedValue(*driver.NamedValue) error
	ColumnConverter(int) driver.ValueConverter
	ConnPrepareContext(context.Context, string) (driver.Stmt, error)
	PrepareContext(context.Context, string) (driver.Stmt, error)
	BeginTx(context.Context, driver.TxOptions) (driver.Tx, error)
	Exec(string, []driver.Value) (driver.Result, error)
	ExecContext(context.Context, string, []driver.NamedValue) (driver.Result, error)
	ExecContext(context.Context, []driver.NamedValue) (driver.Result, error)
	Query(string, []driver.Value) (driver.Rows, error)
	QueryContext(context.Context, string, []driver.NamedValue) (driver.Rows, error)
	QueryContext(context.Context, []driver.NamedValue) (driver.Rows, error)
	OpenConnector(string) (driver.Connector, error)
	HasNextResultSet() bool; NextResultSet() error
	ColumnTypeScanType(int) reflect.Type
	ColumnTypeDatabaseTypeName(int) string
	ColumnTypeLength(int) (int64, bool)
	ColumnTypeNullable(int) (bool, bool)
	ColumnTypePrecisionScale(int) (int64, int64, bool)

	Hijack() (net.Conn, *bufio.ReadWriter, error)
	CloseNotify() <-chan bool
	Push(string, *http.PushOptions) error
	Unwrap() http.ResponseWriter
	EnableFullDuplex() error
	SetDeadline(time.Time) error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	CloseIdleConnections()
	CancelRequest(*http.Request)

	Open(string) (fs.File, error)
	Stat() (fs.FileInfo, error)
	Stat(string) (fs.FileInfo, error)
	Lstat(string) (fs.FileInfo, error)
	ReadLink(string) (string, error)
	ReadDir(int) ([]fs.DirEntry, error)
	ReadDir(string) ([]fs.DirEntry, error)
	ReadFile(string) ([]byte, error)
	Glob(string) ([]string, error)
	Sub(string) (fs.FS, error)

	Uint64() uint64
	Opaque() bool
	Public() crypto.PublicKey
	Equal(crypto.PublicKey) bool
	Equal(crypto.PrivateKey) bool
	Clone() (hash.Cloner, error)
	Uname() (string, error); Gname() (string, error)
`

// assertedByLibrary reports whether a method with the given name and signature would
// complete or belong to one of the asserted interfaces, with the other methods of the
// receiver's type. A nil signature stands for that of finish, which has the results of
// the cleanup and may have any parameters.
func assertedByLibrary(p *pattern.Prepare, name string, signature *types.Signature) bool {
	for line := range strings.Lines(asserted) {
		methods := strings.Split(strings.TrimSpace(line), "; ")
		for i, m := range methods {
			n, rest, _ := strings.Cut(m, "(")
			if n != name || !hasOthers(p, methods, i) {
				continue
			}
			typ, err := parser.ParseExpr("func(" + rest)
			if err != nil {
				continue // a test checks that each line parses
			}
			wanted := typ.(*ast.FuncType)
			if signature == nil {
				if matches(p.Sig.Results(), wanted.Results) {
					return true
				}
			} else if matches(signature.Params(), wanted.Params) && matches(signature.Results(), wanted.Results) {
				return true
			}
		}
	}
	return false
}

// hasOthers reports whether the receiver's type has methods with the names of all methods
// of an interface except one.
func hasOthers(p *pattern.Prepare, methods []string, but int) bool {
	recv := p.Func.Signature().Recv()
	if recv == nil {
		return false
	}
	t := recv.Type()
	if ptr, ok := t.(*types.Pointer); ok {
		t = ptr.Elem()
	}
	for i, m := range methods {
		n, _, _ := strings.Cut(m, "(")
		if obj, _, _ := types.LookupFieldOrMethod(t, true, p.Unit.Pkg, n); i != but {
			if _, ok := obj.(*types.Func); !ok {
				return false
			}
		}
	}
	return true
}

// matches reports whether parameters or results may have the given types.
func matches(tuple *types.Tuple, fields *ast.FieldList) bool {
	var wanted []string
	if fields != nil {
		for _, f := range fields.List {
			wanted = append(wanted, types.ExprString(f.Type))
		}
	}
	if tuple.Len() != len(wanted) {
		return false
	}
	for i, w := range wanted {
		t := tuple.At(i).Type()
		if _, ok := types.Unalias(t).(*types.TypeParam); !ok && plainType(t) != w {
			return false
		}
	}
	return true
}

// plainType returns a type in the notation of asserted.
func plainType(t types.Type) string {
	qualifier := func(pkg *types.Package) string { return pkg.Name() }
	s := types.TypeString(types.Unalias(t), qualifier)
	if b, ok := types.Unalias(t).(*types.Slice); ok {
		return "[]" + plainType(b.Elem())
	}
	for _, same := range [][2]string{{"uint8", "byte"}, {"int32", "rune"}, {"interface{}", "any"}} {
		if s == same[0] {
			return same[1]
		}
	}
	return s
}
