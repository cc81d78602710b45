package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
)

// table is all that was measured.
type table struct {
	Machine string    `json:"machine"`
	When    string    `json:"when"`
	Rounds  int       `json:"rounds"`
	Results []*result `json:"results"`
}

// result is what was measured on one number of threads.
type result struct {
	Threads int       `json:"threads"`
	Peers   []version `json:"peers"`
	Rows    []row     `json:"rows"`
}

type version struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// row is a work with the time of a run on every peer that does it.
type row struct {
	Work        string            `json:"work"`
	Nanoseconds map[string]figure `json:"nanoseconds"`
}

type figure struct {
	Median float64 `json:"median"`
	Least  float64 `json:"least"`
	Most   float64 `json:"most"`
	Rounds int     `json:"rounds"`
}

// save writes the table as Markdown and as JSON.
func (t *table) save(file string) error {
	b, err := json.MarshalIndent(t, "", "\t")
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(file+".json", append(b, '\n'), 0o666),
		os.WriteFile(file+".md", []byte(t.markdown()), 0o666),
	)
}

// markdown prints a table for every number of threads: times, and after the
// times of the others how many times ours they are.
func (t *table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s. Medians of %d interleaved turns (* of 3); × says how many times nngen's time.\n", t.Machine, t.When, t.Rounds)
	for _, r := range t.Results {
		plural := "s"
		if r.Threads == 1 {
			plural = ""
		}
		fmt.Fprintf(&b, "\n**%d thread%s**\n\n| work |", r.Threads, plural)
		for _, p := range r.Peers {
			fmt.Fprintf(&b, " %s |", p.Name)
		}
		b.WriteString("\n|---|" + strings.Repeat("--:|", len(r.Peers)) + "\n")
		for _, row := range r.Rows {
			fmt.Fprintf(&b, "| %s |", row.Work)
			ours, compared := row.Nanoseconds["nngen"]
			for _, p := range r.Peers {
				f, ok := row.Nanoseconds[p.Name]
				if !ok {
					b.WriteString(" |")
					continue
				}
				b.WriteString(" " + duration(f.Median))
				if f.Rounds < t.Rounds {
					b.WriteString("*")
				}
				if compared && p.Name != "nngen" {
					fmt.Fprintf(&b, " (%s×)", digits(f.Median/ours.Median))
				}
				b.WriteString(" |")
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("\n")
	for _, p := range t.Results[0].Peers {
		fmt.Fprintf(&b, "- %s: %s\n", p.Name, p.Version)
	}
	return b.String()
}

// digits prints a ratio to about two digits.
func digits(v float64) string {
	if v < 10 {
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// duration prints nanoseconds to about three digits.
func duration(ns float64) string {
	unit := "ns"
	for _, u := range []string{"µs", "ms", "s"} {
		if ns < 1000 {
			break
		}
		ns, unit = ns/1000, u
	}
	switch {
	case ns < 10:
		return fmt.Sprintf("%.2f %s", ns, unit)
	case ns < 100:
		return fmt.Sprintf("%.1f %s", ns, unit)
	}
	return fmt.Sprintf("%.0f %s", ns, unit)
}

// machine names the processor, where the system says what it is.
func machine() string {
	name := runtime.GOARCH
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if field, value, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(field) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s, %d processors, %s/%s", name, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
}
