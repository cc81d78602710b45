// Command service answers the question of package adultpredict over HTTP: does
// this person earn more than 50,000 dollars a year? It is a small example of a
// predictor in production. The model was trained offline; the service imports a
// package that only predicts, carries its first weights inside, and takes up new
// ones from a file without a restart and without dropping a request.
//
//	go run . -weights /srv/income/weights.safetensors &
//	curl -d '{"age": 44, "education_num": 14, "occupation": "Exec-managerial"}' localhost:8080/predict
//	curl localhost:8080/debug/vars
package main

import (
	"context"
	"errors"
	"expvar"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	addr := flag.String("addr", "localhost:8080", "address to listen on")
	weights := flag.String("weights", "", "weights file to watch; none: the weights inside the program")
	poll := flag.Duration("poll", time.Second, "how often to look at the weights file")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *addr, *weights, *poll); err != nil {
		slog.Error("service ends", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and then finishes the requests under way.
func run(ctx context.Context, addr, weights string, poll time.Duration) error {
	s, err := newService(weights)
	if err != nil {
		return err
	}
	expvar.Publish("income", s.vars())
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 5 * time.Second}
	if weights != "" {
		go s.watch(ctx, weights, poll)
	}
	context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Shutdown(late); err != nil {
			slog.Warn("requests were cut off", "error", err)
		}
	})
	slog.Info("serving", "addr", listener.Addr().String(), "weights", s.current.Load().weights)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
