package main

import (
	"encoding/json"
	"math"
	"os"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/nn"
)

type result struct {
	Case, N, Buffer int
	Values          []float64
}

func print[T float32 | int32](c, n, buffer int, values []T) {
	r := result{Case: c, N: n, Buffer: buffer}
	for _, v := range values {
		r.Values = append(r.Values, float64(v))
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		panic(err)
	}
}

func fill(n, j int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)*0.7 + float64(j)))
	}
	return x
}

func ids(n, limit int) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = int32((i*i + 3*i) % limit)
	}
	return x
}

func main() {
	case0()
	case1()
	case2()
	case3()
	case4()
	case5()
	case6()
	case7()
	case8()
	case9()
	case10()
	case11()
	case12()
	case13()
	case14()
	case15()
	case16()
	case17()
	case18()
	case19()
	case20()
	case21()
	case22()
	case23()
	case24()
	case25()
	case26()
	case27()
	case28()
	case29()
	case30()
	case31()
	case32()
	case33()
	case34()
	case35()
	case36()
	case37()
	case38()
	case39()
}

func case0() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*91, 0)
		b1 := fill(n*468, 1)
		b2 := fill(3276, 2)
		b3 := fill(n*91, 3)
		conv9x4x91To13Groups13ReluGradient(b0, b1, (*[9][4][7][13]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(0, n, 0, b0)
	}
}
func case1() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(263, 0)
		b1 := fill(n*68, 1)
		b2 := fill(n*20, 2)
		for id := range 3 {
			contract5x13x4((*[263]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(1, n, 0, b0)
	}
}
func case2() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(7, 0)
		b1 := fill(n*364, 1)
		b2 := fill(n*575, 2)
		b3 := fill(7, 3)
		for id := range 3 {
			contract2x2x7x2x13Relu((*[7]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[7]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(2, n, 0, b0)
	}
}
func case3() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*11, 0)
		b1 := fill(n*13, 1)
		b2 := fill(3, 2)
		b3 := fill(n*11, 3)
		contract8x3Gelu(b0, b1, (*[3]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(3, n, 0, b0)
	}
}
func case4() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*10, 0)
		b1 := fill(n*420, 1)
		b2 := fill(420, 2)
		b3 := fill(n*10, 3)
		depthwise2x10x3x7Relu(b0, b1, (*[2][10][3][7]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(4, n, 0, b0)
	}
}
func case5() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*169, 0)
		b1 := fill(n*200, 1)
		b2 := fill(419, 2)
		contract13x13x4x8(b0, b1, (*[419]float32)(unsafe.Pointer(&b2[0])), n)
		print(5, n, 0, b0)
	}
}
func case6() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*8, 0)
		b1 := fill(n*1, 1)
		b2 := fill(8, 2)
		contract8(b0, b1, (*[8]float32)(unsafe.Pointer(&b2[0])), n)
		print(6, n, 0, b0)
	}
}
func case7() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(72, 0)
		b1 := fill(n*11, 1)
		b2 := fill(n*9, 2)
		for id := range 3 {
			dense8x9GradW((*[8][9]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(7, n, 0, b0)
	}
}
func case8() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*1, 0)
		b1 := fill(n*1, 1)
		b2 := fill(1, 2)
		contract(b0, b1, (*[1]float32)(unsafe.Pointer(&b2[0])), n)
		print(8, n, 0, b0)
	}
}
func case9() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*17, 0)
		b1 := fill(n*221, 1)
		b2 := fill(221, 2)
		b3 := fill(n*17, 3)
		depthwise17x1x13Gelu(b0, b1, (*[17][1][13]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(9, n, 0, b0)
	}
}
func case10() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*3, 0)
		b1 := fill(n*30, 1)
		b2 := fill(90, 2)
		b3 := fill(n*3, 3)
		contract3x3x5x2Relu(b0, b1, (*[2][3][5][3][1]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(10, n, 0, b0)
	}
}
func case11() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*16, 0)
		b1 := fill(n*16, 1)
		b2 := fill(1, 2)
		b3 := fill(n*16, 3)
		contract13Gelu(b0, b1, (*[1]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(11, n, 0, b0)
	}
}
func case12() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*7, 0)
		b1 := fill(n*98, 1)
		b2 := fill(14, 2)
		b3 := fill(n*7, 3)
		dense2x7Gelu(b0, b1, (*[2][7]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(12, n, 0, b0)
	}
}
func case13() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*25857, 0)
		b1 := fill(n*1852201, 1)
		b2 := fill(751689, 2)
		contract17x13x13x9x17x17x17(b0, b1, (*[17][17][17][17][9]float32)(unsafe.Pointer(&b2[0])), n)
		print(13, n, 0, b0)
	}
}
func case14() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*10, 0)
		b1 := fill(n*300, 1)
		b2 := fill(300, 2)
		depthwise3x2x10x5(b0, b1, (*[3][2][10][5]float32)(unsafe.Pointer(&b2[0])), n)
		print(14, n, 0, b0)
	}
}
func case15() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*6, 0)
		b1 := fill(n*153, 1)
		b2 := fill(102, 2)
		conv17x3To2(b0, b1, (*[17][3][2]float32)(unsafe.Pointer(&b2[0])), n)
		print(15, n, 0, b0)
	}
}
func case16() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*10, 0)
		b1 := fill(n*810, 1)
		b2 := fill(813, 2)
		b3 := fill(n*10, 3)
		contract10x9x9Relu(b0, b1, (*[813]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(16, n, 0, b0)
	}
}
func case17() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*70, 0)
		b1 := fill(n*119, 1)
		b2 := fill(1190, 2)
		b3 := fill(n*70, 3)
		depthwise7x17x10Relu(b0, b1, (*[7][17][10]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(17, n, 0, b0)
	}
}
func case18() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*85, 0)
		b1 := fill(n*17, 1)
		b2 := fill(85, 2)
		dense5x17(b0, b1, (*[5][17]float32)(unsafe.Pointer(&b2[0])), n)
		print(18, n, 0, b0)
	}
}
func case19() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(20, 0)
		b1 := fill(n*459, 1)
		b2 := fill(n*54, 2)
		b3 := fill(20, 3)
		for id := range 3 {
			contract17x3x17x9Relu((*[20]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[20]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(19, n, 0, b0)
	}
}
func case20() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(9, 0)
		b1 := fill(n*510, 1)
		b2 := fill(n*4590, 2)
		for id := range 3 {
			contract9x10x3((*[9]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(20, n, 0, b0)
	}
}
func case21() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*12, 0)
		b1 := fill(n*33, 1)
		b2 := fill(123, 2)
		b3 := fill(n*12, 3)
		contract3x4x10Gelu(b0, b1, (*[123]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(21, n, 0, b0)
	}
}
func case22() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(33, 0)
		b1 := fill(n*78, 1)
		b2 := fill(n*285, 2)
		for id := range 3 {
			contract3x10x5x5((*[33]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(22, n, 0, b0)
	}
}
func case23() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*7, 0)
		b1 := fill(n*17, 1)
		b2 := fill(68, 2)
		b3 := fill(n*7, 3)
		conv4x17To1Gelu(b0, b1, (*[4][17][1]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(23, n, 0, b0)
	}
}
func case24() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(50, 0)
		b1 := fill(n*2800, 1)
		b2 := fill(n*1400, 2)
		b3 := fill(50, 3)
		for id := range 3 {
			dense10x5GradW((*[10][5]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[10][5]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(24, n, 0, b0)
	}
}
func case25() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*10, 0)
		b1 := fill(n*4, 1)
		b2 := fill(43, 2)
		contract10x4(b0, b1, (*[43]float32)(unsafe.Pointer(&b2[0])), n)
		print(25, n, 0, b0)
	}
}
func case26() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*84, 0)
		b1 := fill(n*117, 1)
		b2 := fill(54, 2)
		b3 := fill(n*84, 3)
		depthwise3x3x2x3Relu(b0, b1, (*[3][3][2][3]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(26, n, 0, b0)
	}
}
func case27() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(30, 0)
		b1 := fill(n*105, 1)
		b2 := fill(n*51, 2)
		for id := range 3 {
			dense10x3GradW((*[10][3]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(27, n, 0, b0)
	}
}
func case28() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(21, 0)
		b1 := fill(n*21, 1)
		b2 := fill(n*7, 2)
		b3 := fill(21, 3)
		for id := range 3 {
			dense3x7GradW((*[3][7]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[3][7]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(28, n, 0, b0)
	}
}
func case29() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(2, 0)
		b1 := fill(n*13, 1)
		b2 := fill(n*7, 2)
		for id := range 3 {
			dense2x1GradW((*[2][1]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(29, n, 0, b0)
	}
}
func case30() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*7, 0)
		b1 := fill(n*49, 1)
		b2 := fill(56, 2)
		b3 := fill(n*7, 3)
		dense7x8Gelu(b0, b1, (*[7][8]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(30, n, 0, b0)
	}
}
func case31() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*30, 0)
		b1 := fill(n*24, 1)
		b2 := fill(240, 2)
		conv8x30To3Groups3(b0, b1, (*[8][10][3]float32)(unsafe.Pointer(&b2[0])), n)
		print(31, n, 0, b0)
	}
}
func case32() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(17, 0)
		b1 := fill(n*207, 1)
		b2 := fill(n*204, 2)
		b3 := fill(17, 3)
		for id := range 3 {
			contract17x12ReluGradient((*[17]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[17]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(32, n, 0, b0)
	}
}
func case33() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*17, 0)
		b1 := fill(n*119, 1)
		b2 := fill(7, 2)
		dense1x7(b0, b1, (*[1][7]float32)(unsafe.Pointer(&b2[0])), n)
		print(33, n, 0, b0)
	}
}
func case34() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*357, 0)
		b1 := fill(n*1788, 1)
		b2 := fill(35, 2)
		dense5x7(b0, b1, (*[5][7]float32)(unsafe.Pointer(&b2[0])), n)
		print(34, n, 0, b0)
	}
}
func case35() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(4, 0)
		b1 := fill(n*12, 1)
		b2 := fill(n*12, 2)
		for id := range 3 {
			contract4x3((*[4]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(35, n, 0, b0)
	}
}
func case36() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(1, 0)
		b1 := fill(n*1, 1)
		b2 := fill(n*1, 2)
		b3 := fill(1, 3)
		for id := range 3 {
			contractGelu((*[1]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[1]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(36, n, 0, b0)
	}
}
func case37() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(13, 0)
		b1 := fill(n*1, 1)
		b2 := fill(n*10, 2)
		b3 := fill(13, 3)
		for id := range 3 {
			contract10ReluGradient((*[13]float32)(unsafe.Pointer(&b0[0])), b1, b2, (*[13]float32)(unsafe.Pointer(&b3[0])), n, &nn.Worker{ID: id, Count: 3})
		}
		print(37, n, 0, b0)
	}
}
func case38() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(n*8, 0)
		b1 := fill(n*21, 1)
		b2 := fill(147, 2)
		b3 := fill(n*8, 3)
		contract8x6x3Gelu(b0, b1, (*[147]float32)(unsafe.Pointer(&b2[0])), b3, n)
		print(38, n, 0, b0)
	}
}
func case39() {
	for _, n := range []int{1, 3, 8, 13} {
		b0 := fill(12, 0)
		b1 := fill(n*504, 1)
		b2 := fill(n*1515, 2)
		for id := range 3 {
			contract3x3x3x7x8((*[12]float32)(unsafe.Pointer(&b0[0])), b1, b2, n, &nn.Worker{ID: id, Count: 3})
		}
		print(39, n, 0, b0)
	}
}

// conv9x4x91To13Groups13ReluGradient computes y[r,c,o] = Σ_i,j
// x[r,o,j,i]·w[i,j,c,o] where h[r,c,o] > 0, else 0, for images of 13x4x9 and of
// 7x13.
func conv9x4x91To13Groups13ReluGradient[F nn.Float](y, x []F, w *[9][4][7][13]F, h []F, n int) {
	wAll := (*[3276]F)(unsafe.Pointer(w))
	for r := range n {
		for b := range 13 {
			for i := range 7 {
				var s float64
				for j := range 9 {
					for l := range 4 {
						s += float64(x[r*468+b*36+l*9+j] * wAll[j*364+l*91+i*13+b])
					}
				}
				if h[r*91+i*13+b] > 0 { // relu gradient
					y[r*91+i*13+b] = F(s)
				} else {
					y[r*91+i*13+b] = 0
				}
			}
		}
	}
}

// contract5x13x4 computes dw[b0*52+v0*4+u0+2] = Σ_r x[r,v0*5+b0+2]·dy[r,b0,u0].
func contract5x13x4[F nn.Float](dw *[263]F, x, dy []F, n int, t *nn.Worker) {
	b0, b1 := t.Share(5)
	for b := b0; b < b1; b++ {
		for i := range 13 {
			dwv := (*[4]F)(dw[b*52+i*4+2:])
			for start := 0; start < n; start += 8 { // each chunk has sums of its own
				end := min(start+8, n)
				var sum [4]F
				r := start
				for ; r+8 <= end; r += 8 {
					d0, d1 := (*[4]F)(dy[r*20+b*4:]), (*[4]F)(dy[r*20+b*4+20:])
					d2, d3 := (*[4]F)(dy[r*20+b*4+40:]), (*[4]F)(dy[r*20+b*4+60:])
					d4, d5 := (*[4]F)(dy[r*20+b*4+80:]), (*[4]F)(dy[r*20+b*4+100:])
					d6, d7 := (*[4]F)(dy[r*20+b*4+120:]), (*[4]F)(dy[r*20+b*4+140:])
					xv := (*[477]F)(x[r*68+i*5+b+2:])
					x0, x1, x2, x3 := xv[0], xv[68], xv[136], xv[204]
					x4, x5, x6, x7 := xv[272], xv[340], xv[408], xv[476]
					for u := range sum {
						sum[u] += F(x0*d0[u]) + F(x1*d1[u]) + F(x2*d2[u]) + F(x3*d3[u]) +
							F(x4*d4[u]) + F(x5*d5[u]) + F(x6*d6[u]) + F(x7*d7[u])
					}
				}
				for ; r < end; r++ {
					d0 := (*[4]F)(dy[r*20+b*4:])
					x0 := x[r*68+i*5+b+2]
					for u := range sum {
						sum[u] += F(x0 * d0[u])
					}
				}
				for u := range dwv {
					dwv[u] += sum[u]
				}
			}
		}
	}
}

// contract2x2x7x2x13Relu computes dw[b0*2+u1+2] = max(Σ_r,w0,w1,w2
// x[r,w1,w0,w2,b0]·dy[r,w0*104+u1*52+b0*26+w1*13+w2-50] + w[b0*2+u1+2], 0);
// points outside of them count as 0.
func contract2x2x7x2x13Relu[F nn.Float](dw *[7]F, x, dy []F, w *[7]F, n int, t *nn.Worker) {
	b0, b1 := t.Share(2)
	for b := b0; b < b1; b++ {
		for u := range 2 {
			var s float64
			for r := range n {
				i0, i1 := (2-u)/2, (13-u)/2
				for i := i0; i < i1; i++ {
					for j := range 2 {
						for l := range 13 {
							s += float64(x[r*364+j*182+i*26+l*2+b] * dy[r*575+i*104+u*52+b*26+j*13+l-50])
						}
					}
				}
			}
			dw[b*2+u+2] = max(F(s)+w[b*2+u+2], 0) // bias, relu
		}
	}
}

// contract8x3Gelu computes y[r,u0+2] = gelu(Σ_w0 x[r,u0-w0+4]·w[w0] +
// h[r,u0+2]).
func contract8x3Gelu[F nn.Float](y, x []F, w *[3]F, h []F, n int) {
	for r := range n {
		yv := (*[8]F)(y[r*11+2:])
		x0, x1, x2 := (*[8]F)(x[r*13+4:]), (*[8]F)(x[r*13+3:]), (*[8]F)(x[r*13+2:])
		w0, w1, w2 := w[0], w[1], w[2]
		hv := (*[8]F)(h[r*11+2:])
		for u := range yv {
			s := F(w0*x0[u]) + F(w1*x1[u]) + F(w2*x2[u])
			j := s + hv[u]
			yv[u] = j * (1 + erf(j*0.7)) // bias, gelu
		}
	}
}

// depthwise2x10x3x7Relu computes y[r,j] = max(Σ_i,o,c x[r,j,o,i,c]·w[i,j,c,o] +
// h[r,j], 0).
func depthwise2x10x3x7Relu[F nn.Float](y, x []F, w *[2][10][3][7]F, h []F, n int) {
	wAll := (*[420]F)(unsafe.Pointer(w))
	for r := range n {
		for b := range 10 {
			var s float64
			for i := range 2 {
				for j := range 7 {
					for l := range 3 {
						s += float64(x[r*420+b*42+j*6+i*3+l] * wAll[i*210+b*21+l*7+j])
					}
				}
			}
			y[r*10+b] = max(F(s)+h[r*10+b], 0) // bias, relu
		}
	}
}

// contract13x13x4x8 computes y[r,u0,v0] = Σ_w0,w1
// x[r,u0*2-w0,w1]·w[w1*52+v0*4+w0+2]; points outside of them count as 0.
func contract13x13x4x8[F nn.Float](y, x []F, w *[419]F, n int) {
	for r := range n {
		for u := range 13 {
			for i := range 13 {
				var s float64
				j1 := min(u*2+1, 4)
				for j := range j1 {
					for l := range 8 {
						s += float64(x[r*200+u*16+l-j*8] * w[l*52+i*4+j+2])
					}
				}
				y[r*169+u*13+i] = F(s)
			}
		}
	}
}

// contract8 computes y[r,v0] = x[r]·w[v0] * 3.
func contract8[F nn.Float](y, x []F, w *[8]F, n int) {
	for r := range n {
		for i := range 8 {
			var s F
			s += F(x[r] * w[i])
			y[r*8+i] += F(s * 3)
		}
	}
}

// dense8x9GradW computes dw[c,o] = Σ_r x[r,c+2]·dy[r,o], for 8 inputs and 9
// outputs.
func dense8x9GradW[F nn.Float](dw *[8][9]F, x, dy []F, n int, t *nn.Worker) {
	i0, i1 := t.Share(8)
	for from := i0; from < i1; from += 2 { // 2 share each pass over dy
		to := min(from+2, i1)
		clear(dw[from:to])
		for start := 0; start < n; start += 8 { // each chunk has sums of its own
			end := min(start+8, n)
			var sum [2][9]F
			r := start
			for ; r+8 <= end; r += 8 {
				d0, d1, d2, d3 := (*[9]F)(dy[r*9:]), (*[9]F)(dy[r*9+9:]), (*[9]F)(dy[r*9+18:]), (*[9]F)(dy[r*9+27:])
				d4, d5, d6, d7 := (*[9]F)(dy[r*9+36:]), (*[9]F)(dy[r*9+45:]), (*[9]F)(dy[r*9+54:]), (*[9]F)(dy[r*9+63:])
				x0, x1, x2, x3 := (*[8]F)(x[r*11+2:]), (*[8]F)(x[r*11+13:]), (*[8]F)(x[r*11+24:]), (*[8]F)(x[r*11+35:])
				x4, x5, x6, x7 := (*[8]F)(x[r*11+46:]), (*[8]F)(x[r*11+57:]), (*[8]F)(x[r*11+68:]), (*[8]F)(x[r*11+79:])
				for i := from; i < to; i++ {
					a0, a1, a2, a3 := x0[i], x1[i], x2[i], x3[i]
					a4, a5, a6, a7 := x4[i], x5[i], x6[i], x7[i]
					s := &sum[i-from]
					for u := range s {
						s[u] += F(a0*d0[u]) + F(a1*d1[u]) + F(a2*d2[u]) + F(a3*d3[u]) +
							F(a4*d4[u]) + F(a5*d5[u]) + F(a6*d6[u]) + F(a7*d7[u])
					}
				}
			}
			for ; r < end; r++ {
				d0 := (*[9]F)(dy[r*9:])
				for i := from; i < to; i++ {
					x0 := x[r*11+i+2]
					s := &sum[i-from]
					for u := range s {
						s[u] += F(x0 * d0[u])
					}
				}
			}
			for i := from; i < to; i++ {
				s := &sum[i-from]
				dwv := &dw[i]
				for u := range dwv {
					dwv[u] += s[u]
				}
			}
		}
	}
}

// contract computes y[r] = x[r]·w * 3.
func contract[F nn.Float](y, x []F, w *[1]F, n int) {
	for r := range n {
		var s F
		s += F(x[r] * w[0])
		y[r] += F(s * 3)
	}
}

// depthwise17x1x13Gelu computes y[r,j] = gelu(Σ_o x[r,o,j]·w[j,0,o] + h[r,j]).
func depthwise17x1x13Gelu[F nn.Float](y, x []F, w *[17][1][13]F, h []F, n int) {
	wAll := (*[221]F)(unsafe.Pointer(w))
	for r := range n {
		for b := range 17 {
			var s float64
			for i := range 13 {
				s += float64(x[r*221+i*17+b] * wAll[b*13+i])
			}
			j := F(s) + h[r*17+b]
			y[r*17+b] = j * (1 + erf(j*0.7)) // bias, gelu
		}
	}
}

// contract3x3x5x2Relu computes y[r,v0] = max(Σ_w0,w1,w2
// x[r,w1,w2,w0]·w[w2,w0,w1,v0,0] + h[r,v0], 0).
func contract3x3x5x2Relu[F nn.Float](y, x []F, w *[2][3][5][3][1]F, h []F, n int) {
	wRows := (*[30][3]F)(unsafe.Pointer(w))
	for r := range n {
		x0, x1, x2, x3 := x[r*30], x[r*30+3], x[r*30+6], x[r*30+9]
		x4, x5, x6, x7 := x[r*30+12], x[r*30+15], x[r*30+18], x[r*30+21]
		x8, x9, x10, x11 := x[r*30+24], x[r*30+27], x[r*30+1], x[r*30+4]
		x12, x13, x14, x15 := x[r*30+7], x[r*30+10], x[r*30+13], x[r*30+16]
		x16, x17, x18, x19 := x[r*30+19], x[r*30+22], x[r*30+25], x[r*30+28]
		x20, x21, x22, x23 := x[r*30+2], x[r*30+5], x[r*30+8], x[r*30+11]
		x24, x25, x26, x27 := x[r*30+14], x[r*30+17], x[r*30+20], x[r*30+23]
		x28, x29 := x[r*30+26], x[r*30+29]
		yv := (*[3]F)(y[r*3:])
		hv := (*[3]F)(h[r*3:])
		yv[0] = max(F(x0*wRows[0][0])+F(x1*wRows[15][0])+F(x2*wRows[1][0])+F(x3*wRows[16][0])+
			F(x4*wRows[2][0])+F(x5*wRows[17][0])+F(x6*wRows[3][0])+F(x7*wRows[18][0])+
			F(x8*wRows[4][0])+F(x9*wRows[19][0])+F(x10*wRows[5][0])+F(x11*wRows[20][0])+
			F(x12*wRows[6][0])+F(x13*wRows[21][0])+F(x14*wRows[7][0])+F(x15*wRows[22][0])+
			F(x16*wRows[8][0])+F(x17*wRows[23][0])+F(x18*wRows[9][0])+F(x19*wRows[24][0])+
			F(x20*wRows[10][0])+F(x21*wRows[25][0])+F(x22*wRows[11][0])+F(x23*wRows[26][0])+
			F(x24*wRows[12][0])+F(x25*wRows[27][0])+F(x26*wRows[13][0])+F(x27*wRows[28][0])+
			F(x28*wRows[14][0])+F(x29*wRows[29][0])+hv[0], 0) // bias, relu
		yv[1] = max(F(x0*wRows[0][1])+F(x1*wRows[15][1])+F(x2*wRows[1][1])+F(x3*wRows[16][1])+
			F(x4*wRows[2][1])+F(x5*wRows[17][1])+F(x6*wRows[3][1])+F(x7*wRows[18][1])+
			F(x8*wRows[4][1])+F(x9*wRows[19][1])+F(x10*wRows[5][1])+F(x11*wRows[20][1])+
			F(x12*wRows[6][1])+F(x13*wRows[21][1])+F(x14*wRows[7][1])+F(x15*wRows[22][1])+
			F(x16*wRows[8][1])+F(x17*wRows[23][1])+F(x18*wRows[9][1])+F(x19*wRows[24][1])+
			F(x20*wRows[10][1])+F(x21*wRows[25][1])+F(x22*wRows[11][1])+F(x23*wRows[26][1])+
			F(x24*wRows[12][1])+F(x25*wRows[27][1])+F(x26*wRows[13][1])+F(x27*wRows[28][1])+
			F(x28*wRows[14][1])+F(x29*wRows[29][1])+hv[1], 0) // bias, relu
		yv[2] = max(F(x0*wRows[0][2])+F(x1*wRows[15][2])+F(x2*wRows[1][2])+F(x3*wRows[16][2])+
			F(x4*wRows[2][2])+F(x5*wRows[17][2])+F(x6*wRows[3][2])+F(x7*wRows[18][2])+
			F(x8*wRows[4][2])+F(x9*wRows[19][2])+F(x10*wRows[5][2])+F(x11*wRows[20][2])+
			F(x12*wRows[6][2])+F(x13*wRows[21][2])+F(x14*wRows[7][2])+F(x15*wRows[22][2])+
			F(x16*wRows[8][2])+F(x17*wRows[23][2])+F(x18*wRows[9][2])+F(x19*wRows[24][2])+
			F(x20*wRows[10][2])+F(x21*wRows[25][2])+F(x22*wRows[11][2])+F(x23*wRows[26][2])+
			F(x24*wRows[12][2])+F(x25*wRows[27][2])+F(x26*wRows[13][2])+F(x27*wRows[28][2])+
			F(x28*wRows[14][2])+F(x29*wRows[29][2])+hv[2], 0) // bias, relu
	}
}

// contract13Gelu computes y[r,u0+2] = gelu(x[r,u0+2]·w + h[r,u0+2]).
func contract13Gelu[F nn.Float](y, x []F, w *[1]F, h []F, n int) {
	for r := range n {
		yv := (*[13]F)(y[r*16+2:])
		x0 := (*[13]F)(x[r*16+2:])
		w0 := w[0]
		hv := (*[13]F)(h[r*16+2:])
		for u := range yv {
			s := F(w0 * x0[u])
			i := s + hv[u]
			yv[u] = i * (1 + erf(i*0.7)) // bias, gelu
		}
	}
}

// dense2x7Gelu computes y[r,0] = gelu(Σ_c,o x[r,0,c,o]·w[c,o] + h[r,0]), for 2
// inputs and 7 outputs.
func dense2x7Gelu[F nn.Float](y, x []F, w *[2][7]F, h []F, n int) {
	wAll := (*[14]F)(unsafe.Pointer(w))
	r1 := n * 7
	for r := range r1 {
		xv := (*[14]F)(x[r*14:])
		var s0 float64
		for i, d := range xv {
			s0 += float64(d * wAll[i])
		}
		j := F(s0) + h[r]
		y[r] = j * (1 + erf(j*0.7)) // bias, gelu
	}
}

// contract17x13x13x9x17x17x17 computes y[r,v0,u0,u1,b0] = Σ_w0,w1,w2
// x[r,w0,w1+u1,u0,w2,b0]·w[w1,w2,w0,b0,v0] * 3.
func contract17x13x13x9x17x17x17[F nn.Float](y, x []F, w *[17][17][17][17][9]F, n int) {
	wAll := (*[751689]F)(unsafe.Pointer(w))
	for r := range n {
		for b := range 17 {
			for u := range 13 {
				for i := range 13 {
					for j := range 9 {
						var s float64
						for l := range 17 {
							for m := range 17 {
								for t := range 17 {
									s += float64(x[r*1852201+l*108953+i*3757+m*3757+u*289+t*17+b] * wAll[m*44217+t*2601+l*153+b*9+j])
								}
							}
						}
						y[r*25857+j*2873+u*221+i*17+b] += F(F(s) * 3)
					}
				}
			}
		}
	}
}

// depthwise3x2x10x5 computes y[r,c] = Σ_j,o,i x[r,c,j,i,o]·w[i,j,c,o].
func depthwise3x2x10x5[F nn.Float](y, x []F, w *[3][2][10][5]F, n int) {
	wRows := (*[60][5]F)(unsafe.Pointer(w))
	for b := range 10 {
		for r := range n {
			y[r*10+b] = 0
		}
		for i := range 2 {
			for l := range 3 {
				w0 := &wRows[l*20+i*10+b]
				for r := range n {
					xv := (*[5]F)(x[r*300+b*30+i*15+l*5:])
					var s0 F
					for j, d := range xv {
						s0 += F(d * w0[j])
					}
					y[r*10+b] += s0
				}
			}
		}
	}
}

// conv17x3To2 computes y[r,u0,o] = Σ_j,c x[r,c,u0,j]·w[j,c,o], for sequences of
// 3x3x17 and of 3x2.
func conv17x3To2[F nn.Float](y, x []F, w *[17][3][2]F, n int) {
	wAll := (*[102]F)(unsafe.Pointer(w))
	for r := range n {
		for l := range 3 {
			w0, w1 := (*[97]F)(wAll[l*2:]), (*[97]F)(wAll[l*2+1:])
			for u := range 3 {
				xv := (*[17]F)(x[r*153+l*51+u*17:])
				yv := (*[2]F)(y[r*6+u*2:])
				var s0, s1 float64
				for j, d := range xv {
					s0 += float64(d * w0[j*6])
					s1 += float64(d * w1[j*6])
				}
				yv[0] += F(s0)
				yv[1] += F(s1)
			}
		}
	}
}

// contract10x9x9Relu computes y[r,b0] = max(Σ_w0,w1
// x[r,b0,w1,w0]·w[b0*81+w1*9+w0+2] + h[r,b0], 0).
func contract10x9x9Relu[F nn.Float](y, x []F, w *[813]F, h []F, n int) {
	for b := range 10 {
		for r := range n {
			y[r*10+b] = 0
		}
		for j := range 9 {
			w0 := (*[9]F)(w[b*81+j*9+2:])
			for r := range n {
				xv := (*[9]F)(x[r*810+b*81+j*9:])
				var s0 float64
				for i, d := range xv {
					s0 += float64(d * w0[i])
				}
				y[r*10+b] += F(s0)
			}
		}
		for r := range n {
			y[r*10+b] = max(y[r*10+b]+h[r*10+b], 0) // bias, relu
		}
	}
}

// depthwise7x17x10Relu computes y[r,j,o] = max(Σ_c x[r,j,c]·w[j,c,o] +
// h[r,j,o], 0), for sequences of 7x17 and of 7x10.
func depthwise7x17x10Relu[F nn.Float](y, x []F, w *[7][17][10]F, h []F, n int) {
	wRows := (*[119][10]F)(unsafe.Pointer(w))
	for b := range 7 {
		for r0 := 0; r0 < n; r0 += 2 { // 2 share each pass over w
			r1 := min(r0+2, n)
			for r := r0; r < r1; r++ {
				clear((*[10]F)(y[r*70+b*10:])[:])
			}
			for start := 0; start < 17; start += 8 { // each chunk has sums of its own
				end := min(start+8, 17)
				var sum [2][10]F
				j := start
				for ; j+8 <= end; j += 8 {
					w0, w1, w2, w3 := &wRows[b*17+j], &wRows[b*17+j+1], &wRows[b*17+j+2], &wRows[b*17+j+3]
					w4, w5, w6, w7 := &wRows[b*17+j+4], &wRows[b*17+j+5], &wRows[b*17+j+6], &wRows[b*17+j+7]
					for r := r0; r < r1; r++ {
						xv := (*[8]F)(x[r*119+b*17+j:])
						x0, x1, x2, x3 := xv[0], xv[1], xv[2], xv[3]
						x4, x5, x6, x7 := xv[4], xv[5], xv[6], xv[7]
						s := &sum[r-r0]
						for i := range s {
							s[i] += F(x0*w0[i]) + F(x1*w1[i]) + F(x2*w2[i]) + F(x3*w3[i]) +
								F(x4*w4[i]) + F(x5*w5[i]) + F(x6*w6[i]) + F(x7*w7[i])
						}
					}
				}
				for ; j < end; j++ {
					w0 := &wRows[b*17+j]
					for r := r0; r < r1; r++ {
						x0 := x[r*119+b*17+j]
						s := &sum[r-r0]
						for i := range s {
							s[i] += F(x0 * w0[i])
						}
					}
				}
				for r := r0; r < r1; r++ {
					s := &sum[r-r0]
					yv := (*[10]F)(y[r*70+b*10:])
					for i := range yv {
						yv[i] += s[i]
					}
				}
			}
			for r := r0; r < r1; r++ {
				yv := (*[10]F)(y[r*70+b*10:])
				hv := (*[10]F)(h[r*70+b*10:])
				for i := range yv {
					yv[i] = max(yv[i]+hv[i], 0) // bias, relu
				}
			}
		}
	}
}

// dense5x17 computes y[r,o,c] = x[r,o]·w[c,o], for 5 inputs and 17 outputs.
func dense5x17[F nn.Float](y, x []F, w *[5][17]F, n int) {
	for i := range 5 {
		for r0 := 0; r0 < n; r0 += 8 { // 8 share each pass over w
			r1 := min(r0+8, n)
			w0 := &w[i]
			for r := r0; r < r1; r++ {
				x0 := (*[17]F)(x[r*17:])
				yv := (*[81]F)(y[r*85+i:])
				for b := range 17 {
					yv[b*5] += F(x0[b] * w0[b])
				}
			}
		}
	}
}

// contract17x3x17x9Relu computes dw[u0+2] = max(Σ_r,w0,w1,w2
// x[r,w0,w1,w2]·dy[r,w2+u0-w1+11,0,w0] + w[u0+2], 0); points outside of them
// count as 0.
func contract17x3x17x9Relu[F nn.Float](dw *[20]F, x, dy []F, w *[20]F, n int, t *nn.Worker) {
	u0, u1 := t.Share(17)
	for u := u0; u < u1; u++ {
		var s float64
		for r := range n {
			for i := range 3 {
				j0, j1 := (u*2+22)/2, min((u*2+24)/2, 17)
				for j := j0; j < j1; j++ {
					for l := range 9 {
						s += float64(x[r*459+i*153+j*9+l] * dy[r*54+u*6+l*6+i-j*6+66])
					}
				}
			}
		}
		dw[u+2] = max(F(s)+w[u+2], 0) // bias, relu
	}
}

// contract9x10x3 computes dw[v0] = Σ_r,w1,w2 x[r,0,w2,w1]·dy[r,0,w1,v0,w2].
func contract9x10x3[F nn.Float](dw *[9]F, x, dy []F, n int, t *nn.Worker) {
	i0, i1 := t.Share(9)
	for i := i0; i < i1; i++ {
		var s float64
		r1 := n * 17
		for r := range r1 {
			for w := range 10 {
				for j := range 3 {
					s += float64(x[r*30+j*10+w] * dy[r*270+w*27+i*3+j])
				}
			}
		}
		dw[i] = F(s)
	}
}

// contract3x4x10Gelu computes y[r,b0,v0] = gelu(Σ_w0
// x[r,w0*3+b0+2]·w[b0*40+v0*10+w0+2] + h[r,b0,v0]).
func contract3x4x10Gelu[F nn.Float](y, x []F, w *[123]F, h []F, n int) {
	for r := range n {
		for b := range 3 {
			for i := range 4 {
				var s float64
				for j := range 10 {
					s += float64(x[r*33+j*3+b+2] * w[b*40+i*10+j+2])
				}
				l := F(s) + h[r*12+b*4+i]
				y[r*12+b*4+i] = l * (1 + erf(l*0.7)) // bias, gelu
			}
		}
	}
}

// contract3x10x5x5 computes dw[b0*10+u0+2] = Σ_r,w0,w1
// x[r,w1*15+b0*5+w0+2]·dy[r,u0*2+w0-2,b0,w1]; points outside of them count as
// 0.
func contract3x10x5x5[F nn.Float](dw *[33]F, x, dy []F, n int, t *nn.Worker) {
	b0, b1 := t.Share(3)
	for b := b0; b < b1; b++ {
		for u := range 10 {
			var s float64
			for r := range n {
				w0, w1 := max(2-u*2, 0), min(21-u*2, 5)
				for w := w0; w < w1; w++ {
					for i := range 5 {
						s += float64(x[r*78+i*15+b*5+w+2] * dy[r*285+u*30+w*15+b*5+i-30])
					}
				}
			}
			dw[b*10+u+2] += F(s)
		}
	}
}

// conv4x17To1Gelu computes y[r,u0+2] = gelu(Σ_j,c x[r,u0*2+c-j]·w[j,c,0] +
// h[r,u0+2]); points outside of them count as 0.
func conv4x17To1Gelu[F nn.Float](y, x []F, w *[4][17][1]F, h []F, n int) {
	wRows := (*[4][17]F)(unsafe.Pointer(w))
	for r := range n {
		for u := range 4 {
			y[r*7+u+2] = 0
		}
		for i := range 4 {
			u0, u1 := (i+1)/2, (i+2)/2
			w0 := &wRows[i]
			for u := u0; u < u1; u++ {
				xv := (*[17]F)(x[r*17+u*2-i:])
				var s0 float64
				for j, d := range xv {
					s0 += float64(d * w0[j])
				}
				y[r*7+u+2] += F(s0)
			}
		}
		for u := range 4 {
			l := y[r*7+u+2] + h[r*7+u+2]
			y[r*7+u+2] = l * (1 + erf(l*0.7)) // bias, gelu
		}
	}
}

// dense10x5GradW computes dw[c,o] = gelu(Σ_r,w0,w1,w2
// x[r,c,w2,w1,w0]·dy[r,o,w1,w2,w0] + w[c,o]), for 10 inputs and 5 outputs.
func dense10x5GradW[F nn.Float](
	dw *[10][5]F,
	x, dy []F,
	w *[10][5]F,
	n int,
	t *nn.Worker,
) {
	wAll := (*[50]F)(unsafe.Pointer(w))
	dwAll := (*[50]F)(unsafe.Pointer(dw))
	u0, u1 := t.Share(10)
	for u := u0; u < u1; u++ {
		for i := range 5 {
			var s float64
			for r := range n {
				for j := range 7 {
					for l := range 5 {
						for m := range 8 {
							s += float64(x[r*2800+u*280+m*35+l*7+j] * dy[r*1400+i*280+l*56+m*7+j])
						}
					}
				}
			}
			t := F(s) + wAll[u*5+i]
			dwAll[u*5+i] = t * (1 + erf(t*0.7)) // bias, gelu
		}
	}
}

// contract10x4 computes y[r,v0] = Σ_w0 x[r,w0]·w[v0*4+w0+2].
func contract10x4[F nn.Float](y, x []F, w *[43]F, n int) {
	for r := range n {
		xv := (*[4]F)(x[r*4:])
		x0, x1, x2, x3 := xv[0], xv[1], xv[2], xv[3]
		yv := (*[10]F)(y[r*10:])
		yv[0] = F(x0*w[2]) + F(x1*w[3]) + F(x2*w[4]) + F(x3*w[5])
		yv[1] = F(x0*w[6]) + F(x1*w[7]) + F(x2*w[8]) + F(x3*w[9])
		yv[2] = F(x0*w[10]) + F(x1*w[11]) + F(x2*w[12]) + F(x3*w[13])
		yv[3] = F(x0*w[14]) + F(x1*w[15]) + F(x2*w[16]) + F(x3*w[17])
		yv[4] = F(x0*w[18]) + F(x1*w[19]) + F(x2*w[20]) + F(x3*w[21])
		yv[5] = F(x0*w[22]) + F(x1*w[23]) + F(x2*w[24]) + F(x3*w[25])
		yv[6] = F(x0*w[26]) + F(x1*w[27]) + F(x2*w[28]) + F(x3*w[29])
		yv[7] = F(x0*w[30]) + F(x1*w[31]) + F(x2*w[32]) + F(x3*w[33])
		yv[8] = F(x0*w[34]) + F(x1*w[35]) + F(x2*w[36]) + F(x3*w[37])
		yv[9] = F(x0*w[38]) + F(x1*w[39]) + F(x2*w[40]) + F(x3*w[41])
	}
}

// depthwise3x3x2x3Relu computes y[r,j*27+o*9+u0+2] = max(Σ_i,c
// x[r,c*57+j*19+u0*2-i+4]·w[i,j,c,o] + h[r,j*27+o*9+u0+2], 0).
func depthwise3x3x2x3Relu[F nn.Float](y, x []F, w *[3][3][2][3]F, h []F, n int) {
	wAll := (*[54]F)(unsafe.Pointer(w))
	for r := range n {
		for b := range 3 {
			for u := range 9 {
				for i := range 3 {
					var s float64
					for j := range 3 {
						for l := range 2 {
							s += float64(x[r*117+l*57+b*19+u*2-j+4] * wAll[j*18+b*6+l*3+i])
						}
					}
					y[r*84+b*27+i*9+u+2] = max(F(s)+h[r*84+b*27+i*9+u+2], 0) // bias, relu
				}
			}
		}
	}
}

// dense10x3GradW computes dw[c,o] = Σ_r,w0 x[r,o,c*2-w0+16]·dy[r,o,w0], for 10
// inputs and 3 outputs.
func dense10x3GradW[F nn.Float](dw *[10][3]F, x, dy []F, n int, t *nn.Worker) {
	dwAll := (*[30]F)(unsafe.Pointer(dw))
	u0, u1 := t.Share(10)
	for b := range 3 {
		for u := u0; u < u1; u++ {
			var s float64
			for r := range n {
				for w := range 17 {
					s += float64(x[r*105+b*35+u*2-w+16] * dy[r*51+b*17+w])
				}
			}
			dwAll[u*3+b] += F(s)
		}
	}
}

// dense3x7GradW computes dw[c,o] = gelu(Σ_r x[r,o,c]·dy[r,o] + w[c,o]), for 3
// inputs and 7 outputs.
func dense3x7GradW[F nn.Float](
	dw *[3][7]F,
	x, dy []F,
	w *[3][7]F,
	n int,
	t *nn.Worker,
) {
	u0, u1 := t.Share(3)
	for u := u0; u < u1; u++ {
		clear(dw[u][:])
		dwv := &dw[u]
		for start := 0; start < n; start += 8 { // each chunk has sums of its own
			end := min(start+8, n)
			var sum [7]F
			r := start
			for ; r+8 <= end; r += 8 {
				d0, d1, d2, d3 := (*[7]F)(dy[r*7:]), (*[7]F)(dy[r*7+7:]), (*[7]F)(dy[r*7+14:]), (*[7]F)(dy[r*7+21:])
				d4, d5, d6, d7 := (*[7]F)(dy[r*7+28:]), (*[7]F)(dy[r*7+35:]), (*[7]F)(dy[r*7+42:]), (*[7]F)(dy[r*7+49:])
				x0, x1 := (*[19]F)(x[r*21+u:]), (*[19]F)(x[r*21+u+21:])
				x2, x3 := (*[19]F)(x[r*21+u+42:]), (*[19]F)(x[r*21+u+63:])
				x4, x5 := (*[19]F)(x[r*21+u+84:]), (*[19]F)(x[r*21+u+105:])
				x6, x7 := (*[19]F)(x[r*21+u+126:]), (*[19]F)(x[r*21+u+147:])
				for b := range sum {
					sum[b] += F(x0[b*3]*d0[b]) + F(x1[b*3]*d1[b]) + F(x2[b*3]*d2[b]) + F(x3[b*3]*d3[b]) +
						F(x4[b*3]*d4[b]) + F(x5[b*3]*d5[b]) + F(x6[b*3]*d6[b]) + F(x7[b*3]*d7[b])
				}
			}
			for ; r < end; r++ {
				d0 := (*[7]F)(dy[r*7:])
				x0 := (*[19]F)(x[r*21+u:])
				for b := range sum {
					sum[b] += F(x0[b*3] * d0[b])
				}
			}
			for b := range dwv {
				dwv[b] += sum[b]
			}
		}
		wv := &w[u]
		for b := range dwv {
			i := dwv[b] + wv[b]
			dwv[b] = i * (1 + erf(i*0.7)) // bias, gelu
		}
	}
}

// dense2x1GradW computes dw[c,0] = Σ_r,w0,w1 x[r,w0*2+w1+2]·dy[r,c*4+w0*2+w1-2]
// * 3, for 2 inputs and 1 output; points outside of them count as 0.
func dense2x1GradW[F nn.Float](dw *[2][1]F, x, dy []F, n int, t *nn.Worker) {
	dwAll := (*[2]F)(unsafe.Pointer(dw))
	u0, u1 := t.Share(2)
	for u := u0; u < u1; u++ {
		var s float64
		for r := range n {
			w0, w1 := 2-u*2, 4-u*2
			for w := w0; w < w1; w++ {
				for i := range 2 {
					s += float64(x[r*13+w*2+i+2] * dy[r*7+u*4+w*2+i-2])
				}
			}
		}
		dwAll[u] += F(F(s) * 3)
	}
}

// dense7x8Gelu computes y[r,c] = gelu(Σ_o x[r,c,o*2-2]·w[c,o] + h[r,c]), for 7
// inputs and 8 outputs; points outside of them count as 0.
func dense7x8Gelu[F nn.Float](y, x []F, w *[7][8]F, h []F, n int) {
	wAll := (*[56]F)(unsafe.Pointer(w))
	for r0 := 0; r0 < n; r0 += 2 { // 2 share each pass over w
		r1 := min(r0+2, n)
		clear(y[r0*7 : r1*7])
		for start := 1; start < 5; start += 8 { // each chunk has sums of its own
			end := min(start+8, 5)
			var sum [2][7]F
			for i := start; i < end; i++ {
				w0 := (*[49]F)(wAll[i:])
				for r := r0; r < r1; r++ {
					x0 := (*[43]F)(x[r*49+i*2-2:])
					s := &sum[r-r0]
					for b := range s {
						s[b] += F(x0[b*7] * w0[b*8])
					}
				}
			}
			for r := r0; r < r1; r++ {
				s := &sum[r-r0]
				yv := (*[7]F)(y[r*7:])
				for b := range yv {
					yv[b] += s[b]
				}
			}
		}
		for r := r0; r < r1; r++ {
			yv := (*[7]F)(y[r*7:])
			hv := (*[7]F)(h[r*7:])
			for b := range yv {
				j := yv[b] + hv[b]
				yv[b] = j * (1 + erf(j*0.7)) // bias, gelu
			}
		}
	}
}

// conv8x30To3Groups3 computes y[r,c,o] = Σ_j x[r,j,o]·w[j,c,o], for sequences
// of 8x3 and of 10x3.
func conv8x30To3Groups3[F nn.Float](y, x []F, w *[8][10][3]F, n int) {
	wRows := (*[80][3]F)(unsafe.Pointer(w))
	for i := range 10 {
		w0, w1, w2, w3 := &wRows[i], &wRows[i+10], &wRows[i+20], &wRows[i+30]
		w4, w5, w6, w7 := &wRows[i+40], &wRows[i+50], &wRows[i+60], &wRows[i+70]
		for r := range n {
			x0, x1, x2, x3 := (*[3]F)(x[r*24:]), (*[3]F)(x[r*24+3:]), (*[3]F)(x[r*24+6:]), (*[3]F)(x[r*24+9:])
			x4, x5, x6, x7 := (*[3]F)(x[r*24+12:]), (*[3]F)(x[r*24+15:]), (*[3]F)(x[r*24+18:]), (*[3]F)(x[r*24+21:])
			yv := (*[3]F)(y[r*30+i*3:])
			for b := range yv {
				yv[b] = F(x0[b]*w0[b]) + F(x1[b]*w1[b]) + F(x2[b]*w2[b]) + F(x3[b]*w3[b]) +
					F(x4[b]*w4[b]) + F(x5[b]*w5[b]) + F(x6[b]*w6[b]) + F(x7[b]*w7[b])
			}
		}
	}
}

// contract17x12ReluGradient computes dw[b0] = Σ_r,w1
// x[r,b0*12+w1+2]·dy[r,b0*12+w1] where w[b0] > 0, else 0.
func contract17x12ReluGradient[F nn.Float](dw *[17]F, x, dy []F, w *[17]F, n int, t *nn.Worker) {
	b0, b1 := t.Share(17)
	for b := b0; b < b1; b++ {
		var s float64
		for r := range n {
			for i := range 12 {
				s += float64(x[r*207+b*12+i+2] * dy[r*204+b*12+i])
			}
		}
		if w[b] > 0 { // relu gradient
			dw[b] = F(s)
		} else {
			dw[b] = 0
		}
	}
}

// dense1x7 computes y[r,u0] = Σ_o x[r,o,u0]·w[0,o], for 1 input and 7 outputs.
func dense1x7[F nn.Float](y, x []F, w *[1][7]F, n int) {
	wAll := (*[7]F)(unsafe.Pointer(w))
	for r := range n {
		yv := (*[17]F)(y[r*17:])
		w0, w1, w2, w3 := wAll[0], wAll[1], wAll[2], wAll[3]
		w4, w5, w6 := wAll[4], wAll[5], wAll[6]
		yv[0] = F(w0*x[r*119]) + F(w1*x[r*119+17]) + F(w2*x[r*119+34]) + F(w3*x[r*119+51]) +
			F(w4*x[r*119+68]) + F(w5*x[r*119+85]) + F(w6*x[r*119+102])
		yv[1] = F(w0*x[r*119+1]) + F(w1*x[r*119+18]) + F(w2*x[r*119+35]) + F(w3*x[r*119+52]) +
			F(w4*x[r*119+69]) + F(w5*x[r*119+86]) + F(w6*x[r*119+103])
		yv[2] = F(w0*x[r*119+2]) + F(w1*x[r*119+19]) + F(w2*x[r*119+36]) + F(w3*x[r*119+53]) +
			F(w4*x[r*119+70]) + F(w5*x[r*119+87]) + F(w6*x[r*119+104])
		yv[3] = F(w0*x[r*119+3]) + F(w1*x[r*119+20]) + F(w2*x[r*119+37]) + F(w3*x[r*119+54]) +
			F(w4*x[r*119+71]) + F(w5*x[r*119+88]) + F(w6*x[r*119+105])
		yv[4] = F(w0*x[r*119+4]) + F(w1*x[r*119+21]) + F(w2*x[r*119+38]) + F(w3*x[r*119+55]) +
			F(w4*x[r*119+72]) + F(w5*x[r*119+89]) + F(w6*x[r*119+106])
		yv[5] = F(w0*x[r*119+5]) + F(w1*x[r*119+22]) + F(w2*x[r*119+39]) + F(w3*x[r*119+56]) +
			F(w4*x[r*119+73]) + F(w5*x[r*119+90]) + F(w6*x[r*119+107])
		yv[6] = F(w0*x[r*119+6]) + F(w1*x[r*119+23]) + F(w2*x[r*119+40]) + F(w3*x[r*119+57]) +
			F(w4*x[r*119+74]) + F(w5*x[r*119+91]) + F(w6*x[r*119+108])
		yv[7] = F(w0*x[r*119+7]) + F(w1*x[r*119+24]) + F(w2*x[r*119+41]) + F(w3*x[r*119+58]) +
			F(w4*x[r*119+75]) + F(w5*x[r*119+92]) + F(w6*x[r*119+109])
		yv[8] = F(w0*x[r*119+8]) + F(w1*x[r*119+25]) + F(w2*x[r*119+42]) + F(w3*x[r*119+59]) +
			F(w4*x[r*119+76]) + F(w5*x[r*119+93]) + F(w6*x[r*119+110])
		yv[9] = F(w0*x[r*119+9]) + F(w1*x[r*119+26]) + F(w2*x[r*119+43]) + F(w3*x[r*119+60]) +
			F(w4*x[r*119+77]) + F(w5*x[r*119+94]) + F(w6*x[r*119+111])
		yv[10] = F(w0*x[r*119+10]) + F(w1*x[r*119+27]) + F(w2*x[r*119+44]) + F(w3*x[r*119+61]) +
			F(w4*x[r*119+78]) + F(w5*x[r*119+95]) + F(w6*x[r*119+112])
		yv[11] = F(w0*x[r*119+11]) + F(w1*x[r*119+28]) + F(w2*x[r*119+45]) + F(w3*x[r*119+62]) +
			F(w4*x[r*119+79]) + F(w5*x[r*119+96]) + F(w6*x[r*119+113])
		yv[12] = F(w0*x[r*119+12]) + F(w1*x[r*119+29]) + F(w2*x[r*119+46]) + F(w3*x[r*119+63]) +
			F(w4*x[r*119+80]) + F(w5*x[r*119+97]) + F(w6*x[r*119+114])
		yv[13] = F(w0*x[r*119+13]) + F(w1*x[r*119+30]) + F(w2*x[r*119+47]) + F(w3*x[r*119+64]) +
			F(w4*x[r*119+81]) + F(w5*x[r*119+98]) + F(w6*x[r*119+115])
		yv[14] = F(w0*x[r*119+14]) + F(w1*x[r*119+31]) + F(w2*x[r*119+48]) + F(w3*x[r*119+65]) +
			F(w4*x[r*119+82]) + F(w5*x[r*119+99]) + F(w6*x[r*119+116])
		yv[15] = F(w0*x[r*119+15]) + F(w1*x[r*119+32]) + F(w2*x[r*119+49]) + F(w3*x[r*119+66]) +
			F(w4*x[r*119+83]) + F(w5*x[r*119+100]) + F(w6*x[r*119+117])
		yv[16] = F(w0*x[r*119+16]) + F(w1*x[r*119+33]) + F(w2*x[r*119+50]) + F(w3*x[r*119+67]) +
			F(w4*x[r*119+84]) + F(w5*x[r*119+101]) + F(w6*x[r*119+118])
	}
}

// dense5x7 computes y[r,u1,o,u0] = Σ_c x[r,c*357+u0*119+o*17+u1+2]·w[c,o] * 3,
// for 5 inputs and 7 outputs.
func dense5x7[F nn.Float](y, x []F, w *[5][7]F, n int) {
	wAll := (*[35]F)(unsafe.Pointer(w))
	for r := range n {
		for b := range 7 {
			for u := range 3 {
				for i := range 17 {
					var s float64
					for j := range 5 {
						s += float64(x[r*1788+j*357+u*119+b*17+i+2] * wAll[j*7+b])
					}
					y[r*357+i*21+b*3+u] += F(F(s) * 3)
				}
			}
		}
	}
}

// contract4x3 computes dw[b0] = Σ_r,w0 x[r,w0,b0]·dy[r,b0,w0].
func contract4x3[F nn.Float](dw *[4]F, x, dy []F, n int, t *nn.Worker) {
	if !t.Solo() {
		return
	}
	clear(dw[:])
	for start := 0; start < n; start += 2 { // each chunk has sums of its own
		end := min(start+2, n)
		var sum [4]F
		for r := start; r < end; r++ {
			d0, d1 := (*[10]F)(dy[r*12:]), (*[10]F)(dy[r*12+1:])
			d2 := (*[10]F)(dy[r*12+2:])
			x0, x1, x2 := (*[4]F)(x[r*12:]), (*[4]F)(x[r*12+4:]), (*[4]F)(x[r*12+8:])
			for b := range sum {
				sum[b] += F(x0[b]*d0[b*3]) + F(x1[b]*d1[b*3]) + F(x2[b]*d2[b*3])
			}
		}
		for b := range dw {
			dw[b] += sum[b]
		}
	}
}

// contractGelu computes dw = gelu(Σ_r x[r]·dy[r] + w).
func contractGelu[F nn.Float](dw *[1]F, x, dy []F, w *[1]F, n int, t *nn.Worker) {
	if !t.Solo() {
		return
	}
	var s float64
	for r := range n {
		s += float64(x[r] * dy[r])
	}
	i := F(s) + w[0]
	dw[0] = i * (1 + erf(i*0.7)) // bias, gelu
}

// contract10ReluGradient computes dw[u1+2] = Σ_r x[r]·dy[r,u1] where w[u1+2] >
// 0, else 0.
func contract10ReluGradient[F nn.Float](dw *[13]F, x, dy []F, w *[13]F, n int, t *nn.Worker) {
	if !t.Solo() {
		return
	}
	clear((*[10]F)(dw[2:])[:])
	dwv := (*[10]F)(dw[2:])
	for start := 0; start < n; start += 8 { // each chunk has sums of its own
		end := min(start+8, n)
		var sum [10]F
		r := start
		for ; r+8 <= end; r += 8 {
			d0, d1 := (*[10]F)(dy[r*10:]), (*[10]F)(dy[r*10+10:])
			d2, d3 := (*[10]F)(dy[r*10+20:]), (*[10]F)(dy[r*10+30:])
			d4, d5 := (*[10]F)(dy[r*10+40:]), (*[10]F)(dy[r*10+50:])
			d6, d7 := (*[10]F)(dy[r*10+60:]), (*[10]F)(dy[r*10+70:])
			xv := (*[8]F)(x[r:])
			x0, x1, x2, x3 := xv[0], xv[1], xv[2], xv[3]
			x4, x5, x6, x7 := xv[4], xv[5], xv[6], xv[7]
			for u := range sum {
				sum[u] += F(x0*d0[u]) + F(x1*d1[u]) + F(x2*d2[u]) + F(x3*d3[u]) +
					F(x4*d4[u]) + F(x5*d5[u]) + F(x6*d6[u]) + F(x7*d7[u])
			}
		}
		for ; r < end; r++ {
			d0 := (*[10]F)(dy[r*10:])
			x0 := x[r]
			for u := range sum {
				sum[u] += F(x0 * d0[u])
			}
		}
		for u := range dwv {
			dwv[u] += sum[u]
		}
	}
	wv := (*[10]F)(w[2:])
	for u := range dwv {
		if !(wv[u] > 0) { // relu gradient
			dwv[u] = 0
		}
	}
}

// contract8x6x3Gelu computes y[r,v0] = gelu(Σ_w1,w2
// x[r,w1*3+w2+2]·w[w1*24+v0*3+w2+2] + h[r,v0]).
func contract8x6x3Gelu[F nn.Float](y, x []F, w *[147]F, h []F, n int) {
	clear(y[0 : n*8])
	for j := range 6 {
		w0, w1, w2, w3 := (*[3]F)(w[j*24+2:]), (*[3]F)(w[j*24+5:]), (*[3]F)(w[j*24+8:]), (*[3]F)(w[j*24+11:])
		w4, w5, w6, w7 := (*[3]F)(w[j*24+14:]), (*[3]F)(w[j*24+17:]), (*[3]F)(w[j*24+20:]), (*[3]F)(w[j*24+23:])
		for r := range n {
			xv := (*[3]F)(x[r*21+j*3+2:])
			yv := (*[8]F)(y[r*8:])
			var s0, s1, s2, s3, s4, s5, s6, s7 F
			for l, d := range xv {
				s0 += F(d * w0[l])
				s1 += F(d * w1[l])
				s2 += F(d * w2[l])
				s3 += F(d * w3[l])
				s4 += F(d * w4[l])
				s5 += F(d * w5[l])
				s6 += F(d * w6[l])
				s7 += F(d * w7[l])
			}
			yv[0] += s0
			yv[1] += s1
			yv[2] += s2
			yv[3] += s3
			yv[4] += s4
			yv[5] += s5
			yv[6] += s6
			yv[7] += s7
		}
	}
	for r := range n {
		yv := (*[8]F)(y[r*8:])
		hv := (*[8]F)(h[r*8:])
		for i := range yv {
			m := yv[i] + hv[i]
			yv[i] = m * (1 + erf(m*0.7)) // bias, gelu
		}
	}
}

// contract3x3x3x7x8 computes dw[v0*3+b0+2] = Σ_r,w0,w1,w2
// x[r,w0,b0,w2,w1]·dy[r,v0*504+w2*63+b0*21+w0*7+w1+2].
func contract3x3x3x7x8[F nn.Float](dw *[12]F, x, dy []F, n int, t *nn.Worker) {
	i0, i1 := t.Share(3)
	for b := range 3 {
		for i := i0; i < i1; i++ {
			var s float64
			for r := range n {
				for w := range 3 {
					for j := range 7 {
						for l := range 8 {
							s += float64(x[r*504+w*168+b*56+l*7+j] * dy[r*1515+i*504+l*63+b*21+w*7+j+2])
						}
					}
				}
			}
			dw[i*3+b+2] += F(s)
		}
	}
}

// erf is the error function: x·P(x²) near 0, else 1 - exp(-|x|·G(|x|)), with
// the sign of x.
func erf[F nn.Float](x F) F {
	if unsafe.Sizeof(x) > 4 { // in double precision
		return F(math.Erf(float64(x)))
	}
	t := math.Abs(float64(x))
	if t < 1 {
		z := mul(t, t)
		p := 1.0601108232087938e-06
		p = -1.3914035472414215e-05 + mul(z, p)
		p = 0.00011957326363022797 + mul(z, p)
		p = -0.0008542702699452905 + mul(z, p)
		p = 0.00522378651400013 + mul(z, p)
		p = -0.026866134009238637 + mul(z, p)
		p = 0.11283791318298059 + mul(z, p)
		p = -0.37612638890097866 + mul(z, p)
		p = 1.128379167094713 + mul(z, p)
		return F(mul(float64(x), p))
	}
	t = min(t, 4) // from where on single precision holds nothing below 1
	z := mul(t, t)
	even := -1.929236032098921e-06
	even = -0.0001983125986167887 + mul(z, even)
	even = 0.0019532963276579687 + mul(z, even)
	even = 0.10435634338317216 + mul(z, even)
	even = 1.1284834400997696 + mul(z, even)
	odd := 3.121798250376207e-05
	odd = 0.0004451004772006817 + mul(z, odd)
	odd = -0.021469475739040216 + mul(z, odd)
	odd = 0.6360058292206124 + mul(z, odd)
	scale, rest := powerOfE(-mul(t, even+mul(t, odd)))
	return F(math.Copysign(1-(scale+mul(scale, rest)), float64(x)))
}

// mul is x·y, rounded. Without the conversion it would be added unrounded on
// some processors.
func mul(x, y float64) float64 { return float64(x * y) }

// powerOfE is eˣ as scale·(1 + rest): the integer and the fraction of the power
// of 2, which is at most 0.5 in size.
func powerOfE(x float64) (scale, rest float64) {
	const nearest = 0x1.8p52 // added and taken away, it rounds to an integer
	y := mul(x, math.Log2E)
	n := (y + nearest) - nearest
	f := y - n
	p := 1.5252721526698969e-05
	p = 0.00015461329846243172 + mul(f, p)
	p = 0.0013333669445231113 + mul(f, p)
	p = 0.009618057037149987 + mul(f, p)
	p = 0.0555041072760232 + mul(f, p)
	p = 0.24022650920050945 + mul(f, p)
	p = 0.6931471805815685 + mul(f, p)
	return math.Float64frombits(uint64(int64(n)+1023) << 52), mul(f, p)
}
