package optim

import (
	"math"

	"github.com/nngen-go/nngen/runtime/internal/portable"
)

// sqrt compiles to the machine's float32 square root.
func sqrt(x float32) float32 { return float32(math.Sqrt(float64(x))) }

// pow is xʸ.
func pow(x, y float32) float32 {
	if y == 0.5 {
		return sqrt(x)
	}
	return float32(portable.Pow(float64(x), float64(y)))
}

func log(x float32) float32 { return float32(portable.Log(float64(x))) }

func floor(x float32) float32 { return float32(math.Floor(float64(x))) }

// cos is the cosine of a share of a half turn.
func cos(share float32) float32 { return float32(portable.Cos(float64(math.Pi * share))) }
