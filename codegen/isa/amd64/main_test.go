package amd64_test

import (
	"testing"

	"github.com/nngen-go/nngen/codegen/kernel/kerneltest"
)

func TestMain(m *testing.M) { kerneltest.Main(m) }
