"""Writes wordpiece.json.gz: how BERT's tokenizer cuts hostile texts, `python wordpiece.py` (tokenizers 0.22.1).

Letters that are newer than Unicode 9, which that library stops at, are left out.
"""

import gzip
import json
import random
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
WORDS = "the un run water cafe café naïve naive 你 好 本 über uber i ı straße ss σ ς ας ий и 안 녕 각 don ' ` - , . ! [ ] CLS cls don't".split()
SUFFIXES = "aff able ning s fe é e ing er ier ı n t ß σ ς ᆨ ᅡ ᄀ 9 0 а".split()
LETTERS = "abeinrstuw" * 3 + "ABEINRSTUWİIıßΣσςéÉàïÜüñйЙ안각한你好本豈①½…—“”'`-,.![]()#$+<=>^|~≠\u0301\u0307\u200b\u00ad\ufeff\u00a0\u2003\u3000\t\n\r\v\f\x00\x85\ufffd🙂٣ᾳΐ"
TEXTS = [
    "", " ", "unaffable running", "UNAFFABLE\tWater\n", "Café cafe\u0301 CAFÉ", "don't [CLS] [SEP]", "你好本water", "x" * 101 + " the", "t" + "s" * 99 + " the",
    "the " * 30, "안녕 각", "İı Straße ΣΑΣ ας", "naïve—naive…", "the\u200bwater the\u00a0water the\u00adwater", "≠ < ` ´", "…" * 40,
]


def texts(seed):
    r = random.Random(seed)
    yield from TEXTS
    for _ in range(30):
        parts = [r.choice(WORDS + SUFFIXES) if r.random() < 0.5 else "".join(r.choices(LETTERS, k=r.randint(1, 6))) for _ in range(r.randint(1, 12))]
        yield "".join(p + r.choice(["", "", " "]) for p in parts)


def case(seed, length, uncased, accents, ends):
    vocabulary = SPECIAL + WORDS + ["##" + s for s in SUFFIXES]
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=accents, lowercase=uncased)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if ends:
        t.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    t.enable_truncation(length)
    t.enable_padding(length=length, pad_id=0)
    rows = list(texts(seed))
    return {
        "length": length, "lowercase": uncased, "strip_accents": accents, "ends": ends,
        "texts": rows, "ids": [e.ids for e in t.encode_batch(rows)],
    }


def main():
    file = {
        "tokenizers": tokenizers.__version__, "pieces": SPECIAL + WORDS + ["##" + s for s in SUFFIXES],
        "cases": [case(1, 16, True, True, True), case(2, 12, False, False, False), case(3, 9, True, False, True), case(4, 2, True, True, True)],
    }
    text = json.dumps(file, ensure_ascii=False, separators=(",", ":"))
    with open(Path(__file__).with_name("wordpiece.json.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, 0) as z:
        z.write(text.encode())


main()
