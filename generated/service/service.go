package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/nngen-go/nngen/generated/adultpredict"
)

// maxBody bounds a request: a row is some hundred bytes.
const maxBody = 64 << 10

// service is the model in use and what it has been asked.
type service struct {
	current atomic.Pointer[snapshot]
	stats
}

// newService begins with the weights of a file, or with those inside the
// program.
func newService(weights string) (*service, error) {
	s := &service{}
	if weights != "" {
		first, err := load(weights)
		if err != nil {
			return nil, err
		}
		s.current.Store(first)
		return s, nil
	}
	m, err := adultpredict.Embedded()
	if err != nil {
		return nil, err
	}
	s.current.Store(&snapshot{model: m, weights: "embedded"})
	return s, nil
}

func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /predict", s.predict)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.Handle("GET /debug/vars", varsHandler)
	return mux
}

// answer is the body of a reply.
type answer struct {
	Class       string  `json:"class"`
	Probability float32 `json:"probability"`
	Weights     string  `json:"weights"` // which weights gave it
}

// predict answers for one person: a JSON object with the columns of the
// training data. What is not known is left out.
func (s *service) predict(w http.ResponseWriter, r *http.Request) {
	begin := time.Now()
	var person adultpredict.Features
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	body.DisallowUnknownFields()
	if err := body.Decode(&person); err != nil {
		s.refuse(w, err)
		return
	}
	now := s.current.Load() // once: the whole answer comes of one model
	var x adultpredict.Input
	if err := now.model.Encode(&x, person); err != nil {
		s.refuse(w, err)
		return
	}
	class, p := now.model.Classify(&x)
	s.note(class, begin)
	s.noteGaps(now.model.Inspect(person))
	w.Header().Set("Content-Type", "application/json")
	reply := json.NewEncoder(w)
	reply.SetEscapeHTML(false) // classes are called "<=50K"
	if err := reply.Encode(answer{class.String(), p, now.weights}); err != nil {
		slog.Debug("the client has gone", "error", err)
	}
}

// refuse says what is wrong with a request.
func (s *service) refuse(w http.ResponseWriter, err error) {
	s.refused.Add(1)
	http.Error(w, err.Error(), http.StatusBadRequest)
}
