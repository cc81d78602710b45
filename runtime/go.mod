module github.com/nngen-go/nngen/runtime

go 1.24
