package dataset

import (
	"slices"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec/internal/document"
)

// TextEncodings are the encodings of texts that are read, the first where none is
// said.
var TextEncodings = []string{"utf-8", "latin-1", "windows-1252", "utf-16"}

// encodingKey is the setting of files of text.
func (t *tableReader) encodingKey() document.Key {
	return document.Key{Name: "encoding", Take: func(a document.Arg) { t.s.Encoding = t.encoding(a) }}
}

// encoding reads the encoding of texts.
func (t *tableReader) encoding(a document.Arg) string {
	if a.Value.Kind == document.Int {
		a.Value = document.Text(a.Value.Flow()) // 1252
	}
	if a.Value.Kind == document.String && !slices.Contains(TextEncodings, a.Value.Str) {
		if name := otherEncodings[document.Folded(a.Value.Str)]; name != "" {
			t.Fail(a.Value.Pos, "%s: %s is not read by this version; save the files as UTF-8: iconv -f %s -t UTF-8", t.title, a.Value.Describe(), name)
			return ""
		}
	}
	e := t.Choose(t.title, a, TextEncodings, map[string]string{
		"utf8": "utf-8", "utf8sig": "utf-8", "u8": "utf-8", "ascii": "utf-8", "usascii": "utf-8", "unicode": "utf-16", "ucs2": "utf-16", "utf16le": "utf-16", "utf16be": "utf-16", "u16": "utf-16",
		"latin1": "latin-1", "latin": "latin-1", "l1": "latin-1", "iso88591": "latin-1", "88591": "latin-1", "cp819": "latin-1",
		"windows1252": "windows-1252", "win1252": "windows-1252", "cp1252": "windows-1252", "1252": "windows-1252", "ansi": "windows-1252", "mscp1252": "windows-1252", "western": "windows-1252",
	})
	if e == TextEncodings[0] {
		return "" // as unsaid
	}
	return e
}

// otherEncodings are the names, without hyphens, of some that are met in files,
// as iconv has them.
var otherEncodings = map[string]string{
	"latin2": "ISO-8859-2", "iso88592": "ISO-8859-2", "latin9": "ISO-8859-15", "iso885915": "ISO-8859-15", "cp1250": "CP1250", "windows1250": "CP1250", "cp1251": "CP1251", "windows1251": "CP1251",
	"koi8r": "KOI8-R", "cp437": "CP437", "cp850": "CP850", "macroman": "MACINTOSH", "mac": "MACINTOSH", "gbk": "GBK", "gb2312": "GB2312", "gb18030": "GB18030", "big5": "BIG5",
	"shiftjis": "SHIFT_JIS", "sjis": "SHIFT_JIS", "cp932": "CP932", "eucjp": "EUC-JP", "euckr": "EUC-KR", "cp949": "CP949", "utf32": "UTF-32", "utf7": "UTF-7",
}

// quote reads whether quotes enclose fields.
func (t *tableReader) quote(a document.Arg) string {
	if v := a.Value; v.Kind == document.Null || v.Kind == document.Bool && !v.Bool || v.Kind == document.Int && v.Int == 3 { // pandas: csv.QUOTE_NONE
		t.Fail(v.Pos, `%s: quote takes none or '"', not %s; write quote: none where quotes mean nothing`, t.title, v.Describe())
		return ""
	}
	if v := a.Value; v.Kind == document.String && (v.Str == "'" || v.Str == "`") {
		t.Fail(v.Pos, `%s: quote takes none or '"'; fields in other quotes are not supported by this version`, t.title)
		return ""
	}
	return t.Choose(t.title, a, []string{"none", `"`}, map[string]string{"no": "none", "off": "none", "": "none", "quotenone": "none", "literal": "none", "double": `'"'`, "minimal": `'"'`, "all": `'"'`})
}

// mark reads the character before the fraction of numbers, or that between
// thousands.
func (t *tableReader) mark(a document.Arg, words []string, habits map[string]string) string {
	if v := a.Value; v.Kind == document.String && (v.Str == "\u00a0" || v.Str == "\u202f") {
		t.Fail(v.Pos, `%s: %s takes " " for all spaces, non-breaking ones included; write %s: " "`, t.title, a.Name, a.Name)
		return ""
	}
	s := ""
	if v := a.Value; v.Kind == document.String && slices.Contains(words, v.Str) {
		return v.Str
	} else if v.Kind == document.String {
		s = habits[v.Str]
	}
	hint := ""
	if s != "" {
		hint = "; write " + a.Name + `: "` + s + `"`
	}
	t.Fail(a.Value.Pos, "%s: %s takes %s, not %s%s", t.title, a.Name, markList(words), a.Value.Describe(), hint)
	return ""
}

func markList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + w + `"`
	}
	return document.OrList(quoted)
}

// markKeys are how a table writes its numbers.
func (t *tableReader) markKeys() []document.Key {
	return []document.Key{
		{Name: "decimal", Take: func(a document.Arg) {
			t.s.Decimal = t.mark(a, []string{",", "."}, map[string]string{"comma": ",", "point": ".", "period": ".", "dot": "."})
			if t.s.Decimal == "." {
				t.s.Decimal = "" // as unsaid
			}
		}},
		{Name: "thousands", Take: func(a document.Arg) {
			t.s.Thousands = t.mark(a, []string{".", ",", " ", "'", "_"}, map[string]string{"comma": ",", "point": ".", "period": ".", "dot": ".", "space": " ", "apostrophe": "'", "’": "'"})
		}},
	}
}

// marks compares the characters between and within numbers.
func (t *tableReader) marks(settings []document.Arg) {
	decimal := t.s.Decimal
	if decimal == "" {
		decimal = "."
	}
	at := func(name string) diag.Pos {
		for _, a := range settings {
			if a.Name == name {
				return a.Value.Pos
			}
		}
		return t.s.Pos
	}
	switch {
	case t.s.Thousands == decimal && t.s.Decimal == "":
		t.Fail(at("thousands"), `data: train: thousands is ".", which is the decimal mark as well; for numbers such as 1.234,5 write decimal: "," beside it`)
	case t.s.Thousands == decimal:
		t.Fail(at("thousands"), `data: train: thousands is %s, which is the decimal mark as well; write another one, or take thousands out`, diag.Quote(t.s.Thousands))
	case t.s.Thousands == t.s.Separator && t.s.Quote == "none":
		t.Fail(at("thousands"), `data: train: thousands is %s, which is the separator as well; without quotes no field can hold it: write separator: ";", or take thousands out`, diag.Quote(t.s.Thousands))
	case t.s.Decimal == t.s.Separator && t.s.Quote == "none":
		t.Fail(at("decimal"), `data: train: decimal is %s, which is the separator as well; without quotes no field can hold it: write separator: ";", or take decimal out`, diag.Quote(t.s.Decimal))
	}
}
