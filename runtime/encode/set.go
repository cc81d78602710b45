package encode

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// SetNumber reads a number, or none where the text means a missing one.
func SetNumber(to **float64, text string, missing bool) error {
	if missing {
		*to = nil
		return nil
	}
	v, err := finite(text)
	if err == nil {
		*to = &v
	}
	return err
}

// SetFinite is SetNumber with NaN for a missing number.
func SetFinite(to *float64, text string, missing bool) error {
	if missing {
		*to = math.NaN()
		return nil
	}
	v, err := finite(text)
	if err == nil {
		*to = v
	}
	return err
}

func finite(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%.80q is not a finite number", text)
	}
	return v, nil
}

// SetCategory takes a text without the spaces around it.
func SetCategory(to **string, text string, missing bool) error {
	text = strings.TrimSpace(text)
	if *to = &text; missing {
		*to = nil
	}
	return nil
}

// SetText takes a text as it is.
func SetText(to *string, text string, missing bool) error {
	if *to = text; missing {
		*to = ""
	}
	return nil
}

// SetDate reads a date.
func SetDate(to **time.Time, text, format string, missing bool) error {
	if missing {
		*to = nil
		return nil
	}
	v, err := time.Parse(format, strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("%.80q is not a date in the format %s", text, format)
	}
	*to = &v
	return nil
}

// SetTokens reads ids separated by spaces.
func SetTokens(to *[]int32, text string) error {
	words := strings.Fields(text)
	ids := make([]int32, len(words))
	for i, w := range words {
		id, err := strconv.ParseInt(w, 10, 32)
		if err != nil {
			return fmt.Errorf("%.40q is not an id", w)
		}
		ids[i] = int32(id)
	}
	*to = ids
	return nil
}

// UnmarshalNumbers reads a JSON list of as many numbers as dst takes, null for a
// missing one, which is NaN.
func UnmarshalNumbers(pkg string, text []byte, dst []float64) error {
	var list []*float64
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	if len(list) != len(dst) {
		return fmt.Errorf("%s: %d features, the model takes %d", pkg, len(list), len(dst))
	}
	for i, v := range list {
		dst[i] = math.NaN()
		if v != nil {
			dst[i] = *v
		}
	}
	return nil
}
