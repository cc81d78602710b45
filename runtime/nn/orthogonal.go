package nn

import "math"

// Orthogonal fills the rows×cols matrix dst with gain times a uniformly
// distributed orthogonal matrix: orthonormal columns if rows >= cols, else
// orthonormal rows (Keras: Orthogonal). A kernel of more axes counts as the
// matrix whose columns are its last axis. Source: A. M. Saxe, J. L. McClelland,
// S. Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
// linear neural networks", ICLR 2014.
//
// It orthonormalises a matrix of normal values by modified Gram-Schmidt, each
// vector twice, which is orthogonal to machine precision (L. Giraud, J. Langou,
// M. Rozložník, 2005). The factor R of that QR decomposition has a positive
// diagonal, which makes the result uniform; Keras flips signs to the same end.
func Orthogonal(dst []float32, key Key, rows, cols int, gain float64) {
	long, short := max(rows, cols), min(rows, cols)
	q := make([]float64, short*long) // vector v is q[v*long:(v+1)*long]
	for e := range long {
		for v := range short {
			q[v*long+e] = key.normal(e*short + v)
		}
	}
	for v := range short {
		x := q[v*long : (v+1)*long]
		for range 2 {
			for u := range v {
				y := q[u*long : (u+1)*long]
				r := dot(x, y)
				for e := range x {
					x[e] -= float64(r * y[e])
				}
			}
			norm := math.Sqrt(dot(x, x))
			for e := range x {
				x[e] /= norm
			}
		}
	}
	for r := range rows {
		for c := range cols {
			v, e := c, r
			if rows < cols {
				v, e = r, c
			}
			dst[r*cols+c] = float32(gain * q[v*long+e])
		}
	}
}

func dot(x, y []float64) float64 {
	var s float64
	for i := range x {
		s += float64(x[i] * y[i])
	}
	return s
}
