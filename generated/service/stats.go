package main

import (
	"expvar"
	"fmt"
	"math/bits"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/nngen-go/nngen/generated/adultpredict"
)

// varsHandler shows everything that is published, as package expvar has it.
var varsHandler http.Handler = expvar.Handler()

// stats counts what a service is asked. An operator watches three things: how
// long answers take, whether the classes come as often as they did, and whether
// rows lack values or hold categories that the training has not seen.
type stats struct {
	classes       [len(adultpredict.Classes)]atomic.Int64
	latency       [32]atomic.Int64 // by the number of bits of the microseconds
	missing       expvar.Map       // by feature
	unknown       expvar.Map       // by feature
	refused       atomic.Int64
	reloads       atomic.Int64
	failedReloads atomic.Int64
}

// note counts an answer.
func (s *stats) note(class adultpredict.Class, begin time.Time) {
	s.classes[class].Add(1)
	us := uint64(time.Since(begin).Microseconds())
	s.latency[min(bits.Len64(us), len(s.latency)-1)].Add(1)
}

// noteGaps counts the features of a row that were missing or unknown.
func (s *stats) noteGaps(missing, unknown []string) {
	for _, name := range missing {
		s.missing.Add(name, 1)
	}
	for _, name := range unknown {
		s.unknown.Add(name, 1)
	}
}

// vars is what /debug/vars shows.
func (s *service) vars() expvar.Var {
	return expvar.Func(func() any {
		classes := map[string]int64{}
		for i := range s.classes {
			classes[adultpredict.Classes[i]] = s.classes[i].Load()
		}
		return map[string]any{
			"weights":        s.current.Load().weights,
			"model":          adultpredict.ModelID,
			"reloads":        s.reloads.Load(),
			"failed_reloads": s.failedReloads.Load(),
			"refused":        s.refused.Load(),
			"classes":        classes,
			"missing":        raw{&s.missing},
			"unknown":        raw{&s.unknown},
			"latency":        s.latencies(),
		}
	})
}

// raw is a variable as the JSON that it prints.
type raw struct{ expvar.Var }

func (r raw) MarshalJSON() ([]byte, error) { return []byte(r.String()), nil }

// latencies counts the answers per class of duration, each twice as long as the
// one before.
func (s *stats) latencies() map[string]int64 {
	counts := map[string]int64{}
	for i := range s.latency {
		if n := s.latency[i].Load(); n > 0 {
			counts[fmt.Sprintf("below %v", time.Duration(1<<i)*time.Microsecond)] = n
		}
	}
	return counts
}
