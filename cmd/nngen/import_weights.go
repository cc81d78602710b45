package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/ir/torch"
	"github.com/nngen-go/nngen/runtime/weights"
)

// tensorFiles are the flags of import that give a description weights of another program.
type tensorFiles struct{ weights, names string }

func (f *tensorFiles) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.weights, "weights", "", "safetensors file of another program with the weights of a description")
	cmd.Flags().StringVar(&f.names, "map", "", "which module a layer is, or which tensor of --weights a weight: layers: {hidden: fc1}, weights: {scale/gamma: norm.weight}")
}

// check reports flags that do not go together.
func (f *tensorFiles) check(cmd *cobra.Command) error {
	switch {
	case f.weights != "" && f.names == "":
		return usagef(cmd, "--weights goes with --map, the file that says which tensor is which weight")
	case f.names != "" && f.weights == "":
		return usagef(cmd, "--map goes with --weights, the safetensors file that has the tensors")
	}
	return nil
}

// take gives the network the weights of the file.
func (f *tensorFiles) take(net *network.Network) error {
	src, err := network.ReadDescription(f.names)
	if err != nil {
		return err
	}
	m, err := torch.Read(filepath.ToSlash(f.names), src)
	if err != nil {
		return err
	}
	if !disk.Exists(f.weights) {
		return disk.NoSuchFile(f.weights, ".safetensors")
	}
	if err := network.CheckWeightsFile(f.weights); err != nil {
		return err
	}
	tensors, err := weights.Open(f.weights)
	if err != nil {
		return err
	}
	net.Built.Weights, err = m.Take(net.Spec, net.Program.Segments, tensors)
	return err
}
