package main

import (
	"context"
	"slices"
	"time"
)

// works are what any of the peers can do, by model, predictions first.
func works(peers []*process) []string {
	var all []string
	for _, p := range peers {
		for _, w := range p.hello.Works {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	slices.Sort(all)
	return all
}

// compare times a work on all peers that do it, in turns.
func (s *settings) compare(ctx context.Context, work string, peers []*process) (row, error) {
	r := row{Work: work, Nanoseconds: map[string]figure{}}
	counts, turns := make([]int, len(peers)), make([]int, len(peers))
	for i, p := range peers {
		if !p.does(work) {
			continue
		}
		var err error
		if counts[i], turns[i], err = s.calibrate(p, work); err != nil {
			return r, err
		}
	}
	times := make([][]float64, len(peers))
	for round := range s.rounds {
		for k := range peers {
			i := (k + round) % len(peers) // nobody always runs after the same one
			if round >= turns[i] {
				continue
			}
			if err := ctx.Err(); err != nil {
				return r, err
			}
			time.Sleep(s.pause)
			t, err := peers[i].time(work, counts[i])
			if err != nil {
				return r, err
			}
			times[i] = append(times[i], float64(t)/float64(counts[i]))
		}
	}
	for i, p := range peers {
		if v := times[i]; len(v) > 0 {
			slices.Sort(v)
			r.Nanoseconds[p.name] = figure{Median: v[len(v)/2], Least: v[0], Most: v[len(v)-1], Rounds: len(v)}
		}
	}
	return r, nil
}

// steps is what counts of training steps are rounded to: a pass over the data.
const steps = 32

// calibrate warms a peer up and finds how many runs fill a turn, and how many
// turns it has.
func (s *settings) calibrate(p *process, work string) (count, turns int, err error) {
	for count = 1; ; count *= 4 {
		t, err := p.time(work, count)
		if err != nil {
			return 0, 0, err
		}
		if t > s.slow {
			return 1, min(3, s.rounds), nil
		}
		if t >= s.turn/4 && count > 1 || t >= s.turn {
			count = max(1, int(float64(count)*float64(s.turn)/float64(t)))
			break
		}
	}
	if count > steps {
		count -= count % steps
	}
	return count, s.rounds, nil
}
