"""Cases for preprocessing.json.gz: TextVectorization, StringLookup, pad_sequences."""

from env import keras, set_float
from preprocessing_record import case, nested

# Punctuation inside words, capitals beyond ASCII, spaces of every kind, ties, and nothing at all.
REVIEWS = [
    "The film was great, great, GREAT!",
    "It's a well-made film; the acting was fine.<br /><br />Fine!",
    "Été in Paris: café, CAFÉ and the naïve été...",
    "",
    "a b c   d\te\nf\u00a0g\u3000h\u2003i\x0bj\x0ck",
    "zebra apple mango Zebra apple ünder _under_ under",
    "3.14 is 314? e-mail me@example.com (100%) $5 #1 ~ ^ `tick` {x} [y] \\ | \u2014 \u201cquoted\u201d \u2019",
]
ROWS = [
    "The great film",
    "",
    "!!! ... ---",
    "unknown words and the film, the film",
    "CAFÉ café was fine fine fine apple under été h",
]


def vectorize(name, **settings):
    set_float("float32")
    layer = keras.layers.TextVectorization(**settings)
    layer.adapt(REVIEWS)
    out = {
        "train": REVIEWS,
        "vocabulary": layer.get_vocabulary(),
        "rows": ROWS,
        "expected": nested(layer(ROWS).numpy()),
    }
    if settings.get("output_mode") == "tf_idf":
        lookup = layer._lookup_layer
        out["idf_weights"] = nested(lookup.idf_weights.numpy())
    return case(name, "TextVectorization", settings, **out)


def text():
    yield vectorize("text_int")
    yield vectorize("text_int_max_tokens", max_tokens=8)
    yield vectorize("text_int_length_pads_and_truncates", max_tokens=12, output_sequence_length=4)
    yield vectorize("text_int_pads", output_sequence_length=12)
    for mode in ("multi_hot", "count", "tf_idf"):
        yield vectorize(f"text_{mode}", max_tokens=12, output_mode=mode)
    yield vectorize("text_multi_hot_more_room_than_words", max_tokens=100, output_mode="multi_hot")
    yield vectorize("text_count_padded_to_max_tokens", max_tokens=100, output_mode="count", pad_to_max_tokens=True)
    yield vectorize("text_tf_idf_all_words", output_mode="tf_idf")
    yield vectorize("text_lower_only", standardize="lower", max_tokens=20)
    yield vectorize("text_strip_punctuation_only", standardize="strip_punctuation", max_tokens=20)
    yield vectorize("text_as_it_is", standardize=None, max_tokens=20)
    yield vectorize("text_characters", split="character", max_tokens=20, output_sequence_length=16)
    yield vectorize("text_bigrams", ngrams=2, max_tokens=30)
    yield vectorize("text_bigrams_multi_hot", ngrams=2, max_tokens=30, output_mode="multi_hot")


# Ties among capitals, bytes beyond ASCII, the empty string and figures.
COLORS = ["red", "Red", "blue", "red", "green", "blue", "ä", "z", "", "10", "9", "z", "ä", "", "green"]
COLOR_ROWS = ["red", "blue", "Red", "violet", "", "9", "ä", "[UNK]"]


def look_up(name, train=COLORS, rows=COLOR_ROWS, **settings):
    set_float("float32")
    layer = keras.layers.StringLookup(**settings)
    out = {}
    if "vocabulary" not in settings:
        layer.adapt(train)
        out["train"] = train
    out["vocabulary"] = layer.get_vocabulary()
    out["rows"] = rows
    out["expected"] = nested(layer(rows).numpy())
    return case(name, "StringLookup", settings, **out)


def lookups():
    yield look_up("lookup_int")
    yield look_up("lookup_int_mask", mask_token="")
    yield look_up("lookup_int_max_tokens", max_tokens=4)
    yield look_up("lookup_int_mask_max_tokens", max_tokens=4, mask_token="")
    yield look_up("lookup_int_no_oov", num_oov_indices=0, rows=["red", "blue", "", "9", "ä"])
    yield look_up("lookup_int_three_oov", num_oov_indices=3, rows=["red", "violet", "pink", "orange", "teal", ""])
    yield look_up("lookup_int_given", vocabulary=["low", "middle", "high"], rows=["low", "high", "middle", "none", ""])
    yield look_up(
        "lookup_int_given_mask", vocabulary=["low", "middle", "high"], mask_token="", rows=["low", "high", "middle", "none", ""]
    )
    yield look_up("lookup_one_hot", output_mode="one_hot")
    yield look_up("lookup_one_hot_no_oov", output_mode="one_hot", num_oov_indices=0, rows=["red", "blue", "", "9"])
    yield look_up("lookup_one_hot_max_tokens", output_mode="one_hot", max_tokens=4)
    yield look_up("lookup_one_hot_given", output_mode="one_hot", vocabulary=["low", "high"], rows=["low", "high", "none"])
    several = [["red", "blue", "red"], ["violet", "", "red"], ["pink", "violet", "z"]]
    for mode in ("multi_hot", "count"):
        yield look_up(f"lookup_{mode}", output_mode=mode, rows=several)
    set_float("float32")
    documents = [["red", "blue", "red"], ["red", "green", "z"], ["red", "z", "blue"]]
    layer = keras.layers.StringLookup(output_mode="tf_idf")
    layer.adapt(documents)
    yield case(
        "lookup_tf_idf",
        "StringLookup",
        {"output_mode": "tf_idf"},
        train=documents,
        vocabulary=layer.get_vocabulary(),
        idf_weights=nested(layer.idf_weights.numpy()),
        rows=several,
        expected=nested(layer(several).numpy()),
    )


def padding():
    ids = [[1, 2, 3], [4, 5, 6, 7, 8], [], [9]]
    for name, settings in {
        "pad_default": {},
        "pad_length": {"maxlen": 4},
        "pad_post": {"maxlen": 4, "padding": "post"},
        "pad_post_truncate_post": {"maxlen": 4, "padding": "post", "truncating": "post", "value": -1},
    }.items():
        yield case(name, "pad_sequences", settings, rows=ids, expected=nested(keras.utils.pad_sequences(ids, **settings)))


def cases():
    for part in (text, lookups, padding):
        yield from part()
