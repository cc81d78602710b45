module example.com/transfer

go 1.24

require github.com/nngen-go/nngen/runtime v0.0.0

replace github.com/nngen-go/nngen/runtime => ../../../runtime
