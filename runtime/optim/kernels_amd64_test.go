//go:build amd64 && !purego && !tinygo

package optim

import (
	"errors"
	"math"
	"testing"

	"github.com/nngen-go/nngen/runtime/nn"
)

// machineKernels are the assembly functions of each level, by kernelCase.
var machineKernels = map[nn.Level]map[string]func(s [][]float32, c []float32){
	nn.AVX2: {
		"add":         func(s [][]float32, _ []float32) { addAVX2(s[0], s[1]) },
		"decay":       func(s [][]float32, c []float32) { decayAVX2(s[0], c[0], c[1]) },
		"divide":      func(s [][]float32, c []float32) { divideAVX2(s[0], c[0]) },
		"scale":       func(s [][]float32, c []float32) { scaleAVX2(s[0], s[1], c[0]) },
		"clipNorm":    func(s [][]float32, c []float32) { clipNormAVX2(s[0], s[1], c[0], c[1]) },
		"clipValue":   func(s [][]float32, c []float32) { clipValueAVX2(s[0], s[1], c[0], c[1]) },
		"average":     func(s [][]float32, c []float32) { averageAVX2(s[0], s[1], c[0], c[1]) },
		"sgd":         func(s [][]float32, c []float32) { sgdAVX2(s[0], s[1], c[0]) },
		"sgdMomentum": func(s [][]float32, c []float32) { sgdMomentumAVX2(s[0], s[1], s[2], c[0], c[1]) },
		"sgdNesterov": func(s [][]float32, c []float32) { sgdNesterovAVX2(s[0], s[1], s[2], c[0], c[1]) },
		"rmsprop":     func(s [][]float32, c []float32) { rmspropAVX2(s[0], s[1], s[2], c[0], c[1], c[2], c[3]) },
		"rmspropMomentum": func(s [][]float32, c []float32) {
			rmspropMomentumAVX2(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4])
		},
		"rmspropCentered": func(s [][]float32, c []float32) { rmspropCenteredAVX2(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		"rmspropCenteredMomentum": func(s [][]float32, c []float32) {
			rmspropCenteredMomentumAVX2(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3], c[4])
		},
		"adam": func(s [][]float32, c []float32) { adamAVX2(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		"adamAMSGrad": func(s [][]float32, c []float32) {
			adamAMSGradAVX2(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3])
		},
		"adagrad":  func(s [][]float32, c []float32) { adagradAVX2(s[0], s[1], s[2], c[0], c[1]) },
		"adadelta": func(s [][]float32, c []float32) { adadeltaAVX2(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		"adamax":   func(s [][]float32, c []float32) { adamaxAVX2(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4]) },
		"nadam": func(s [][]float32, c []float32) {
			nadamAVX2(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8])
		},
		"lion": func(s [][]float32, c []float32) { lionAVX2(s[0], s[1], s[2], c[0], c[1], c[2], c[3], c[4]) },
	},
	nn.AVX512: {
		"add":         func(s [][]float32, _ []float32) { addAVX512(s[0], s[1]) },
		"decay":       func(s [][]float32, c []float32) { decayAVX512(s[0], c[0], c[1]) },
		"divide":      func(s [][]float32, c []float32) { divideAVX512(s[0], c[0]) },
		"scale":       func(s [][]float32, c []float32) { scaleAVX512(s[0], s[1], c[0]) },
		"clipNorm":    func(s [][]float32, c []float32) { clipNormAVX512(s[0], s[1], c[0], c[1]) },
		"clipValue":   func(s [][]float32, c []float32) { clipValueAVX512(s[0], s[1], c[0], c[1]) },
		"average":     func(s [][]float32, c []float32) { averageAVX512(s[0], s[1], c[0], c[1]) },
		"sgd":         func(s [][]float32, c []float32) { sgdAVX512(s[0], s[1], c[0]) },
		"sgdMomentum": func(s [][]float32, c []float32) { sgdMomentumAVX512(s[0], s[1], s[2], c[0], c[1]) },
		"sgdNesterov": func(s [][]float32, c []float32) { sgdNesterovAVX512(s[0], s[1], s[2], c[0], c[1]) },
		"rmsprop":     func(s [][]float32, c []float32) { rmspropAVX512(s[0], s[1], s[2], c[0], c[1], c[2], c[3]) },
		"rmspropMomentum": func(s [][]float32, c []float32) {
			rmspropMomentumAVX512(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4])
		},
		"rmspropCentered": func(s [][]float32, c []float32) {
			rmspropCenteredAVX512(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3])
		},
		"rmspropCenteredMomentum": func(s [][]float32, c []float32) {
			rmspropCenteredMomentumAVX512(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3], c[4])
		},
		"adam": func(s [][]float32, c []float32) { adamAVX512(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		"adamAMSGrad": func(s [][]float32, c []float32) {
			adamAMSGradAVX512(s[0], s[1], s[2], s[3], s[4], c[0], c[1], c[2], c[3])
		},
		"adagrad":  func(s [][]float32, c []float32) { adagradAVX512(s[0], s[1], s[2], c[0], c[1]) },
		"adadelta": func(s [][]float32, c []float32) { adadeltaAVX512(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3]) },
		"adamax":   func(s [][]float32, c []float32) { adamaxAVX512(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4]) },
		"nadam": func(s [][]float32, c []float32) {
			nadamAVX512(s[0], s[1], s[2], s[3], c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8])
		},
		"lion": func(s [][]float32, c []float32) { lionAVX512(s[0], s[1], s[2], c[0], c[1], c[2], c[3], c[4]) },
	},
}

// Every kernel gives the bits of its Go loop for every length of tail, wherever
// its slices begin, and leaves what lies around them alone.
func TestMachineKernels(t *testing.T) {
	for level, kernels := range machineKernels {
		t.Run(level.String(), func(t *testing.T) {
			if nn.CPU() < level {
				t.Skipf("this processor is at level %v", nn.CPU())
			}
			for _, k := range kernelCases {
				run, ok := kernels[k.name]
				if !ok {
					t.Errorf("no kernel %s", k.name)
					continue
				}
				for n := range 140 {
					for _, offset := range []int{0, 1, 3} {
						if err := check(k, run, n, offset); err != nil {
							t.Fatalf("%s, %d elements, %d from the start: %v", k.name, n, offset, err)
						}
					}
				}
			}
		})
	}
}

func check(k kernelCase, run func([][]float32, []float32), n, offset int) error {
	const guards = 16
	whole := operands(k.slices, n+2*guards, offset)
	want, got := make([][]float32, k.slices), make([][]float32, k.slices)
	inside := make([][]float32, k.slices)
	for i, s := range whole {
		for j := range guards {
			s[j] = math.Float32frombits(0x7fc0dead)
			s[guards+n+j] = math.Float32frombits(0x7fc0dead)
		}
		got[i] = s[guards : guards+n : guards+n]
		want[i] = append([]float32(nil), got[i]...)
		inside[i] = s
	}
	k.body(want, k.scalars)
	run(got, k.scalars)
	for i := range want {
		if err := sameNumbers(got[i], want[i]); err != nil {
			return err
		}
		for j := range guards {
			for _, v := range []float32{inside[i][j], inside[i][guards+n+j]} {
				if math.Float32bits(v) != 0x7fc0dead {
					return errors.New("a word outside the slices has changed")
				}
			}
		}
	}
	return nil
}
