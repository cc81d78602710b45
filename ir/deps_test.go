package ir_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "github.com/nngen-go/nngen"

// dag says what each package may import besides the standard library: packages
// of this repository by their path in it, modules of others in full. A package
// may only name what stands above it.
const dag = `
runtime/...
runtime
ir/diag           runtime/nearest
ir/machine
ir/internal/golden
ir/scalar
ir/block
ir/arg
ir/encoding
ir/loop           ir/diag ir/scalar ir/block ir/encoding
ir/canonical      ir/loop ir/scalar
ir/idle           ir/loop ir/scalar ir/canonical
ir/past           ir/loop ir/scalar
ir/loop/looptest  ir/loop ir/scalar runtime/nn
ir                ir/diag
ir/op             ir ir/loop ir/scalar ir/block ir/diag runtime/nn
ir/spec/internal/document ir/diag ir/arg runtime/optim go.yaml.in/yaml/v3 runtime/nearest
ir/spec/internal/dataset ir/diag ir/encoding runtime/data runtime/nearest ir/spec/internal/document
ir/spec           ir/diag ir/arg runtime/data runtime/nearest ir/encoding ir/spec/internal/document ir/spec/internal/dataset
ir/keras/hdf5
ir/keras/container ir/keras/hdf5
ir/convolution    ir ir/op
ir/layer/operation ir ir/op ir/loop ir/scalar ir/spec
ir/layer          ir ir/op ir/convolution ir/scalar ir/block ir/diag ir/encoding ir/spec ir/layer/operation runtime/nearest runtime/nn
ir/onnx/proto     google.golang.org/protobuf
ir/onnx/tensor    ir/onnx/proto
ir/onnx/classifier ir/onnx/proto
ir/onnx/trainable ir/onnx/proto ir/diag
ir/onnx/writeback ir/diag ir/onnx/proto google.golang.org/protobuf
ir/onnx/node      ir ir/op ir/block ir/scalar ir/diag runtime/nearest ir/onnx/proto ir/onnx/tensor ir/onnx/trainable
ir/onnx/arithmetic ir ir/layer/operation ir/op ir/scalar ir/onnx/node ir/onnx/proto ir/onnx/tensor
ir/onnx/product   ir ir/op ir/scalar ir/onnx/node
ir/onnx/reduction ir ir/diag ir/op ir/scalar ir/onnx/node ir/onnx/product ir/onnx/proto ir/onnx/tensor
ir/onnx/layout    ir ir/diag ir/op ir/scalar ir/onnx/node ir/onnx/proto ir/onnx/tensor
ir/onnx/spatial   ir ir/convolution ir/diag ir/loop ir/op ir/scalar ir/onnx/arithmetic ir/onnx/layout ir/onnx/node ir/onnx/product ir/onnx/proto ir/onnx/reduction ir/onnx/tensor
ir/onnx/sequence  ir ir/op ir/scalar ir/onnx/arithmetic ir/onnx/layout ir/onnx/node ir/onnx/product ir/onnx/proto ir/onnx/tensor
ir/onnx/quantized ir/scalar ir/onnx/arithmetic ir/onnx/layout ir/onnx/node ir/onnx/product ir/onnx/proto ir/onnx/reduction ir/onnx/spatial ir/onnx/tensor
ir/onnx/control   ir ir/diag ir/op ir/scalar ir/onnx/node ir/onnx/proto ir/onnx/tensor
ir/onnx/random    ir/scalar ir/onnx/node ir/onnx/proto ir/onnx/tensor
ir/onnx/learned   ir ir/op ir/scalar ir/onnx/arithmetic ir/onnx/layout ir/onnx/node ir/onnx/product ir/onnx/proto ir/onnx/reduction ir/onnx/tensor
ir/onnx/training  ir ir/diag ir/op ir/scalar ir/onnx/node
ir/onnx           ir ir/diag ir/op ir/onnx/arithmetic ir/onnx/classifier ir/onnx/control ir/onnx/layout ir/onnx/learned ir/onnx/node ir/onnx/product ir/onnx/proto ir/onnx/quantized ir/onnx/random ir/onnx/reduction ir/onnx/sequence ir/onnx/spatial ir/onnx/tensor ir/onnx/trainable ir/onnx/training
ir/onnx/onnxlayer ir ir/op ir/layer ir/spec ir/diag ir/onnx ir/onnx/proto ir/onnx/tensor ir/onnx/node ir/block ir/onnx/trainable ir/onnx/writeback
ir/build          ir ir/op ir/loop ir/scalar ir/block ir/layer ir/spec ir/diag ir/arg runtime/optim runtime/metric runtime/train runtime/data ir/encoding runtime/encode
ir/support        ir/build ir/layer/operation ir/spec runtime/train
ir/keras/custom   ir/spec ir/diag
ir/keras          ir/keras/custom ir/spec ir/layer ir/layer/operation ir/build ir/diag runtime/optim runtime/nn
ir/keras/importer ir/keras ir/keras/custom ir/keras/container ir/build ir/block ir/diag ir/spec runtime/optim runtime/nn
ir/keras/exporter ir/keras ir/keras/container ir/build ir/block ir/spec ir/layer ir/layer/operation ir/diag runtime/encode runtime/optim runtime/nn
ir/torch          ir/spec ir/block ir/diag runtime/weights
ir/pass           ir ir/op ir/loop ir/scalar ir/canonical ir/idle ir/block ir/machine ir/diag ir/past
ir/interp         ir ir/op ir/loop ir/scalar ir/block ir/diag gonum.org/v1/gonum
ir/onnx/exporter  ir ir/op ir/loop ir/scalar ir/diag ir/onnx/proto
ir/onnx/backend   ir ir/loop ir/op ir/interp ir/onnx ir/onnx/proto ir/onnx/tensor google.golang.org/protobuf
codegen/plan      ir/loop ir/machine
codegen/gotree    ir/loop ir/diag github.com/dave/jennifer
codegen/static/verbatim
codegen/static    codegen/gotree codegen/static/verbatim
codegen/lane      codegen/gotree ir/loop ir/scalar
codegen/shape     codegen/gotree ir/loop ir/scalar ir/machine
codegen/isa/amd64/listing github.com/mmcloughlin/avo
codegen/isa/amd64/allocate github.com/mmcloughlin/avo
codegen/isa/amd64 ir/scalar github.com/mmcloughlin/avo codegen/gotree codegen/isa/amd64/listing codegen/isa/amd64/allocate
codegen/isa/amd64/peakgen github.com/mmcloughlin/avo
codegen/isa/amd64/optimgen github.com/mmcloughlin/avo
codegen/kernel/driver ir/loop ir/machine codegen/gotree codegen/plan codegen/shape codegen/isa/amd64
codegen/kernel/contract ir/loop ir/scalar ir/machine codegen/plan codegen/shape codegen/isa/amd64 codegen/kernel/driver codegen/gotree
codegen/kernel/nest ir/loop ir/scalar codegen/gotree codegen/shape codegen/isa/amd64 codegen/kernel/driver
codegen/kernel/window ir/loop codegen/isa/amd64 codegen/kernel/driver codegen/gotree
codegen/kernel/sparse ir/loop ir/scalar ir/machine codegen/isa/amd64 codegen/kernel/driver codegen/gotree
codegen/kernel    ir/loop codegen/isa/amd64 codegen/kernel/driver codegen/kernel/contract codegen/kernel/nest codegen/kernel/window codegen/kernel/sparse
codegen/kernel/network ir/loop ir/scalar codegen/gotree codegen/plan codegen/shape codegen/isa/amd64 codegen/kernel/driver codegen/kernel/contract codegen/kernel/nest codegen/kernel
codegen/kernel/kerneltest ir/canonical ir/loop ir/loop/looptest ir/scalar ir/machine runtime/nn codegen/shape codegen/isa/amd64 codegen/kernel/driver codegen/kernel
codegen/feature   ir/loop ir/encoding ir/diag codegen/gotree runtime/data runtime/encode
codegen/gokernel  codegen/gotree codegen/static codegen/lane codegen/shape ir/loop ir/scalar ir/machine
codegen/kernelset ir/loop codegen/gokernel codegen/gotree codegen/shape codegen/static runtime codegen/isa/amd64 codegen/kernel/driver codegen/kernel codegen/kernel/network
codegen/setting   ir/loop ir/arg ir/diag codegen/gokernel codegen/gotree runtime/metric runtime/optim runtime/train
codegen/gosrc     ir/loop ir/scalar ir/block ir/machine ir/diag runtime/nn runtime/train codegen/gotree codegen/static runtime codegen/shape codegen/gokernel codegen/kernelset codegen/setting codegen/feature
codegen           ir/loop ir/scalar ir/diag codegen/gosrc codegen/gotree codegen/isa/amd64 ir/encoding
codegen/internal/... ir/loop ir/scalar ir/block ir/diag
codegen/overlay
codegen/conformance/... *
cmd/nngen/internal/disk ir/diag
cmd/nngen/internal/show
cmd/nngen/internal/interrupt
cmd/nngen/internal/disk/disktest
cmd/nngen/internal/percent cmd/nngen/internal/show
cmd/nngen/internal/leftover cmd/nngen/internal/percent
cmd/nngen/internal/scratch runtime codegen/overlay cmd/nngen/internal/leftover
cmd/nngen/internal/bench ir ir/block ir/interp ir/loop codegen runtime/... cmd/nngen/internal/show cmd/nngen/internal/interrupt
cmd/nngen/internal/plot ir/loop ir/block ir/diag runtime/... cmd/nngen/internal/show cmd/nngen/internal/disk gonum.org/v1/plot golang.org/x/image
cmd/nngen/internal/starter ir/diag runtime/... codegen cmd/nngen/internal/show cmd/nngen/internal/disk
cmd/nngen/internal/network ir ir/block ir/build ir/diag ir/keras/importer ir/loop ir/onnx/onnxlayer ir/pass ir/spec codegen runtime/... cmd/nngen/internal/disk cmd/nngen/internal/interrupt cmd/nngen/internal/show
cmd/nngen/internal/packaged ir ir/loop ir/onnx ir/onnx/backend ir/onnx/onnxlayer codegen cmd/nngen/internal/network cmd/nngen/internal/scratch
cmd/nngen/internal/folder codegen cmd/nngen/internal/disk cmd/nngen/internal/percent cmd/nngen/internal/leftover cmd/nngen/internal/network
cmd/nngen/internal/programs ir/encoding ir/loop ir/spec runtime/... cmd/nngen/internal/network cmd/nngen/internal/show
cmd/nngen/internal/figures ir/block ir/loop cmd/nngen/internal/network cmd/nngen/internal/show
cmd/nngen/internal/exporting ir/build ir/diag ir/keras/exporter ir/onnx/exporter ir/onnx/proto runtime/... cmd/nngen/internal/network cmd/nngen/internal/show
cmd/...           *
generated/...     runtime/...
generated/service runtime/... generated/...
`

// TestImports holds the packages of the repository to the DAG above.
func TestImports(t *testing.T) {
	rules := map[string][]string{}
	for line := range strings.Lines(strings.TrimSpace(dag)) {
		f := strings.Fields(line)
		for _, name := range f[1:] {
			if _, above := match(rules, name); !above && name != "*" && !foreign(name) {
				t.Errorf("%s names %s, which does not stand above it", f[0], name)
			}
		}
		if _, ok := rules[f[0]]; ok {
			t.Errorf("%s has two lines", f[0])
		}
		rules[f[0]] = f[1:]
	}
	found, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedImports, Dir: ".."}, module+"/...")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, p := range found {
		pkg := strings.TrimPrefix(p.PkgPath, module+"/")
		allowed, ok := match(rules, pkg)
		if !ok {
			t.Errorf("package %s is not in the list: say here what it may import", pkg)
			continue
		}
		checked++
		for _, imp := range slices.Sorted(maps.Keys(p.Imports)) {
			if rel, ours := strings.CutPrefix(imp, module+"/"); ours {
				imp = rel
			} else if !foreign(imp) {
				continue // the standard library
			}
			if !slices.ContainsFunc(allowed, func(a string) bool { return a == "*" || covers(a, imp) }) {
				t.Errorf("package %s may not import %s", pkg, imp)
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d packages were found", checked)
	}
}

// match finds the rule for a package: its own, or that of a folder above it.
func match(rules map[string][]string, pkg string) ([]string, bool) {
	if r, ok := rules[pkg]; ok {
		return r, true
	}
	for name, r := range rules {
		if folder, ok := strings.CutSuffix(name, "/..."); ok && (pkg == folder || strings.HasPrefix(pkg, folder+"/")) {
			if folder == "runtime" {
				r = []string{"runtime/..."}
			}
			return r, true
		}
	}
	return nil, false
}

// covers reports whether a rule names an import: itself, a module that it is
// in, or everything below a folder.
func covers(rule, imp string) bool {
	if folder, ok := strings.CutSuffix(rule, "/..."); ok {
		return imp == folder || strings.HasPrefix(imp, folder+"/")
	}
	return imp == rule || foreign(rule) && strings.HasPrefix(imp, rule+"/")
}

// foreign reports whether a path begins with a host name, as those of modules do.
func foreign(path string) bool {
	host, _, _ := strings.Cut(path, "/")
	return strings.Contains(host, ".")
}
