package data

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Plain rewrites a number that Decimal and Thousands say how to read as Go writes
// it: "1.234,5" becomes "1234.5". A text that is not a number, such as what stands for a
// missing value, stays as it is. It is an error if the groups between the marks
// of thousands are not of three digits, or if the number has a point that is
// neither mark.
func (c *CSV) Plain(field string) (string, error) {
	if c.Decimal == 0 && c.Thousands == 0 {
		return field, nil
	}
	text := strings.TrimSpace(field)
	digits, exponent := text, ""
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		digits, exponent = text[:at], text[at:]
		if strings.Trim(exponent[1:], "+-0123456789") != "" {
			return field, nil
		}
	}
	decimal := c.Decimal
	if decimal == 0 {
		decimal = '.'
	}
	sign := ""
	if strings.HasPrefix(digits, "-") || strings.HasPrefix(digits, "+") {
		sign, digits = digits[:1], digits[1:]
	}
	if digits == "" || strings.ContainsFunc(digits, func(r rune) bool { return !(r >= '0' && r <= '9') && r != decimal && r != '.' && !c.thousands(r) }) {
		return field, nil
	}
	whole, fraction, point := strings.Cut(digits, string(decimal))
	if strings.ContainsRune(fraction, decimal) {
		return "", fmt.Errorf("%.80q has the decimal mark %q twice", text, decimal)
	}
	if strings.ContainsFunc(fraction, c.thousands) {
		return "", fmt.Errorf("%.80q has a mark of thousands after the decimal mark %q", text, decimal)
	}
	if decimal != '.' && (strings.ContainsRune(fraction, '.') || !c.thousands('.') && strings.ContainsRune(whole, '.')) {
		return "", fmt.Errorf("%.80q has a point, and the decimal mark is %q", text, decimal)
	}
	whole, ok := c.ungrouped(whole)
	if !ok {
		return "", fmt.Errorf("%.80q is not grouped by thousands: the mark %q comes before every three digits, as in %s", text, c.Thousands, strings.Join([]string{"1", "234", "567"}, string(c.Thousands)))
	}
	if point {
		fraction = "." + fraction
	}
	return sign + whole + fraction + exponent, nil
}

// thousands tells whether a character separates groups of digits. A space
// stands for those that do not break lines, and an apostrophe for its curved
// form, which programs put in their place.
func (c *CSV) thousands(r rune) bool {
	switch c.Thousands {
	case 0:
		return false
	case ' ':
		return r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\u2009'
	case '\'':
		return r == '\'' || r == '’'
	}
	return r == c.Thousands
}

// ungrouped takes the marks of thousands out; false where a group has not three
// digits.
func (c *CSV) ungrouped(digits string) (string, bool) {
	groups := strings.FieldsFunc(digits, c.thousands)
	marks := utf8.RuneCountInString(digits)
	for i, g := range groups {
		marks -= len(g)
		if i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && (len(g) > 3 || g[0] == '0') {
			return "", false
		}
	}
	return strings.Join(groups, ""), marks == max(len(groups)-1, 0)
}

// checkNumbers reports marks that cannot be told apart.
func (c *CSV) checkNumbers(name string) error {
	decimal := c.Decimal
	if decimal == 0 {
		decimal = '.'
	}
	switch {
	case c.Thousands == decimal:
		return fmt.Errorf("%s: %q is the mark of thousands and the decimal mark; they must differ", name, decimal)
	case c.Decimal != 0 && c.Decimal != '.' && c.Decimal != ',':
		return fmt.Errorf("%s: the decimal mark is %q; it must be a point or a comma", name, c.Decimal)
	}
	return nil
}
