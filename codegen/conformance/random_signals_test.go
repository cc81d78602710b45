package conformance

// signal appends a layer that makes spectrograms of the value at hand, if it is long
// enough.
func (g *generator) signal() {
	length := g.shape[0]
	switch {
	case len(g.shape) == 1 && length > 2:
		fft := min(4*(1+g.r.IntN(3)), 2*length-2)
		stride, sums := 1+g.r.IntN(4), 1+g.r.IntN(3)
		args := object{
			{"fft_length", fft}, {"sequence_stride", stride}, {"num_mel_bins", sums}, {"sampling_rate", 100}, {"min_freq", 0},
			{"power_to_db", g.flip(50)}, {"min_power", 0.01}, {"mag_exp", []float64{1, 2, 3}[g.r.IntN(3)]},
		}
		if g.flip(30) {
			args = append(args, member{"window", nil})
		}
		g.add("MelSpectrogram", args, []int{sums, (length+fft/2*2-fft)/stride + 1})
		g.add("Rescaling", object{{"scale", 0.05}}, g.shape) // of tens of decibels
	case len(g.shape) == 2 && length > 1:
		v := g.volume()
		length = v.space[0]
		frame := 1 + g.r.IntN(length)
		step := 1 + g.r.IntN(frame)
		bins, frames := (frame+1)/2+1, (length-frame)/step+1
		padding := g.pick("valid", "same")
		if padding == "same" {
			frames = (length + step - 1) / step
		}
		mode := g.pick("magnitude", "psd", "real", "imag", "stft")
		args := object{{"mode", mode}, {"frame_length", frame}, {"frame_step", step}, {"fft_length", 2 * ((frame + 1) / 2)}, {"padding", padding}}
		if mode == "stft" {
			bins *= 2
		}
		if g.flip(40) {
			args = append(args, member{"expand_dims", true})
			shape := []int{frames, bins, v.channels}
			if v.first {
				shape = []int{v.channels, frames, bins}
				args = append(args, member{"data_format", "channels_first"})
			}
			g.add("STFTSpectrogram", args, shape)
			return
		}
		g.over(v, "STFTSpectrogram", args, []int{frames}, v.channels*bins)
	}
}

// wrapped appends a layer with a kernel, sometimes in a SpectralNormalization.
func (g *generator) wrapped(kind string, args object, shape []int) {
	if g.bare || !g.flip(12) {
		g.add(kind, args, shape)
		return
	}
	g.add("SpectralNormalization", object{{"layer", object{{kind, args}}}, {"power_iterations", 1 + g.r.IntN(2)}}, shape)
}

// levels appends a layer that spreads the levels of an image, distorts it, or changes it
// by layers that it draws.
func (g *generator) levels() {
	h, w := g.shape[0], g.shape[1]
	kind := g.pick("Equalization", "ContrastLimitedAdaptiveHistogramEqualization", "RandomElasticTransform")
	if g.shape[2] == 3 {
		kind = g.pick("RandAugment", "AugMix")
	}
	g.add("Activation", object{{"activation", "sigmoid"}}, g.shape) // pixels from 0 to 1
	args := object{{"value_range", []float64{0, 1}}}
	switch kind {
	case "Equalization":
		args = append(args, member{"bins", []int{256, 5}[g.r.IntN(2)]})
	case "ContrastLimitedAdaptiveHistogramEqualization":
		args = append(args, member{"tile_grid_size", []int{1 + g.r.IntN(min(h, 3)), 1 + g.r.IntN(min(w, 3))}}, member{"clip_limit", g.r.IntN(4)})
	case "RandomElasticTransform":
		args = append(args, member{"scale", []float64{0.5, 1}}, member{"fill_mode", g.pick("reflect", "wrap", "constant", "nearest")}, member{"fill_value", 0.25})
	case "RandAugment":
		args = append(args, member{"num_ops", 1}, member{"factor", []float64{0.2, 0.6}})
	case "AugMix":
		args = append(args, member{"num_chains", 1}, member{"chain_depth", 1}, member{"alpha", 1 + g.r.IntN(2)}, member{"factor", []float64{0.2, 0.6}}, member{"all_ops", g.flip(50)})
	}
	g.add(kind, args, g.shape)
}
