"""Names of payers and debtors: which are the same, and which may be (rules.md G10). Pure.

Banks write a payer's name in capitals, without accents, the last name first, and cut it after 12 or 35 characters or
bytes. `likeness` compares two names as they were given; `index_texts` and `lookups` make it possible to find the few
debtors whose names are worth comparing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, Literal
from unicodedata import category, normalize

Likeness = Literal["same", "similar"]
"""``same``: but for capitals, spaces, accents and word order. ``similar``: without company forms or middle names, with
initials, or cut."""

_COMPANY_FORMS: Final = frozenset(
    (
        *("oy", "oyj", "ab", "abp", "publ", "ky", "kb", "ay", "hb", "ry", "rf", "sr", "rs", "rp", "osk", "anl"),
        *("osakeyhtio", "aktiebolag", "kommandiittiyhtio", "asunto", "bostads", "as", "asa", "aps", "ou", "uab", "sia"),
        *("ltd", "limited", "llc", "llp", "plc", "inc", "corp", "co", "gmbh", "mbh", "ag", "kg", "ohg", "ug", "ev"),
        *("bv", "nv", "sa", "sarl", "srl", "spa", "sl"),
    )
)
_TRADE_FORMS: Final = frozenset(("tmi", "toiminimi", "firma", "fa"))
"""Forms in front of a person's own name: what is left is compared as a person's."""
_NO_NAME: Final = ("notprovided",)
"""ISO 20022's word for a field that a payer's bank had to fill and could not."""
_CUT_AFTER: Final = (12, 35)
"""Characters or bytes after which banks' files cut a name."""
_LEAST_LETTERS: Final = 6
"""Letters of a name that a cut must leave."""
_MOST_ROTATED: Final = 4
"""Words of a name in which the first or last one may as well stand at the other end."""
_BUCKET: Final = 3
_SHORT_WORDS: Final = "*"
_LONGEST_TEXT: Final = 40
"""Letters of an index text: enough to tell names apart, and few enough for a key."""

_UNDIVIDED: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_APOSTROPHES: Final = re.compile(r"['’‘´`]")
_DOTTED: Final = re.compile(r"(?<!\w)((?:[^\W\d_]\.){2,}[^\W\d_]?)(?!\w)")
_GAPS: Final = re.compile(r"[\W_]+")
_DOUBLED: Final = re.compile(r"ae|oe|ue|aa")


@dataclass(frozen=True, slots=True)
class NameWords:
    """A name's words, folded, in their order; ``core`` are those that are no company form."""

    words: tuple[str, ...]
    core: tuple[str, ...]
    is_company: bool


def likeness(payer: str, debtor: str) -> Likeness | None:
    """How alike a payer's and a debtor's name are; None when they are two names."""
    payers, debtors = _spellings(payer), _spellings(debtor)
    if not payers[0].words or not debtors[0].words:
        return None
    pairs = list(product(payers, debtors))
    if any(_is_same(mine, theirs) for mine, theirs in pairs):
        return "same"
    if any(_is_same_core(mine, theirs) or _is_same_person(mine, theirs) for mine, theirs in pairs):
        return "similar"
    return "similar" if _is_cut(payers, debtor) else None


def index_texts(name: str) -> tuple[str, ...]:
    """The texts under which a debtor's name is found: its words run together, in each order that banks use."""
    core = _coarse(name)
    if not core:
        return ()
    orders = [core]
    if 1 < len(core) <= _MOST_ROTATED:
        orders.append((core[-1], *core[:-1]))
    if 2 < len(core) <= _MOST_ROTATED:
        orders.append((core[-1], core[1], core[0], *core[2:-1]))
    if len(core) >= _MOST_ROTATED:
        orders.append(tuple(sorted(core)))
    return tuple(dict.fromkeys("".join(order)[:_LONGEST_TEXT] for order in orders))


@dataclass(frozen=True, slots=True)
class NameLookups:
    """What is looked up among the index texts for a payer's name: whole texts, and beginnings of texts."""

    whole: tuple[str, ...]
    beginnings: tuple[str, ...]


def lookups(name: str) -> NameLookups:
    """The look-ups that find every debtor whose name is like the payer's, and few others."""
    core = _coarse(name)
    if not core:
        return NameLookups((), ())
    whole, beginnings = ["".join(core)], []
    if len(core) >= _MOST_ROTATED:
        whole.append("".join(sorted(core)))
    if len(core) > 1:
        first, second, last = core[0], core[1], core[-1]
        beginnings += [first + second, last + first, *([last + second] if len(core) > 2 else [])]
        whole += [last + first[0], first + last[0]]
        beginnings += [one + other for one, other in ((last, first), (first, last)) if len(one) > 1 == len(other)]
    if _may_be_cut(name):
        beginnings.append("".join(core))
        whole.append("".join(core[:-1]))
    shortest = [
        each for each in beginnings if not any(each != other and each.startswith(other) for other in beginnings)
    ]
    left = [each for each in whole if each and not any(each.startswith(other) for other in shortest)]
    return NameLookups(tuple(dict.fromkeys(left)), tuple(dict.fromkeys(shortest)))


def buckets(name: str) -> tuple[str, ...]:
    """The beginnings of a name's words: two names that are alike have one in common."""
    core = _coarse(name)
    found = dict.fromkeys(word[:_BUCKET] for word in core if len(word) >= _BUCKET)
    return tuple(found) or ((_SHORT_WORDS,) if core else ())


# -- folding --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 14)
def folded_words(text: str) -> tuple[str, ...]:
    """The words of a name or another text without capitals, accents and signs; none of a name that says it is none."""
    return _folded(_composed(text))


@lru_cache(maxsize=1 << 12)
def _spellings(name: str) -> tuple[NameWords, ...]:
    """The name with accents left out and, where that differs, with umlauts written as two letters."""
    plain = _sorted_out(folded_words(name))
    doubled = _sorted_out(_folded(_composed(name).translate(_TWO_LETTERS)))
    return (plain,) if plain == doubled else (plain, doubled)


def _composed(text: str) -> str:
    return normalize("NFC", normalize("NFKC", text).casefold())


def _folded(text: str) -> tuple[str, ...]:
    text = "".join(sign for sign in normalize("NFD", text.translate(_UNDIVIDED)) if category(sign) != "Mn")
    text = _DOTTED.sub(_joined_form, _APOSTROPHES.sub("", text))
    words = tuple(_GAPS.sub(" ", text).split())
    return () if words == _NO_NAME else words


def _sorted_out(words: tuple[str, ...]) -> NameWords:
    """The words, with those that are no company form beside them."""
    core = tuple(word for word in words if word not in _COMPANY_FORMS and word not in _TRADE_FORMS)
    return NameWords(words, core, any(word in _COMPANY_FORMS for word in words))


def _joined_form(dotted: re.Match[str]) -> str:
    """``r.y.`` is a company form, ``m.j.`` two initials."""
    joined = dotted[1].replace(".", "")
    return joined if joined in _COMPANY_FORMS or joined in _TRADE_FORMS else dotted[1]


def _coarse(name: str) -> tuple[str, ...]:
    """The core words in one form for all spellings of umlauts; other names may have it too."""
    words = _spellings(name)[0]
    return tuple(map(_undoubled, words.core or words.words))


def _undoubled(word: str) -> str:
    """A word without the second letters of umlauts that were written as two, and those that only look so."""
    while (shorter := _DOUBLED.sub(lambda pair: pair[0][0], word)) != word:
        word = shorter
    return word


# -- comparing ------------------------------------------------------------------------------------------------------


def _is_same(mine: NameWords, theirs: NameWords) -> bool:
    return sorted(mine.words) == sorted(theirs.words) or "".join(mine.words) == "".join(theirs.words)


def _is_same_core(mine: NameWords, theirs: NameWords) -> bool:
    """Without company forms, which at least one of them has, they are the same."""
    if not mine.core or (mine.core == mine.words and theirs.core == theirs.words):
        return False
    return sorted(mine.core) == sorted(theirs.core) or "".join(mine.core) == "".join(theirs.core)


def _is_same_person(mine: NameWords, theirs: NameWords) -> bool:
    """Every word of the shorter name is one of the longer name or its initial, at least one of them whole."""
    if mine.is_company or theirs.is_company:
        return False
    shorter, longer = sorted((mine.core, theirs.core), key=len)
    if len(shorter) < 2:
        return False
    return _is_within(shorter, longer)


def _is_within(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    left, common = Counter(longer), Counter(shorter) & Counter(longer)
    left -= common
    if not any(len(word) > 1 for word in common):
        return False
    for word in (Counter(shorter) - common).elements():
        initial = next((other for other in left if word[0] == other[0] and 1 in (len(word), len(other))), None)
        if initial is None:
            return False
        left -= Counter([initial])
    return True


# -- cut names ------------------------------------------------------------------------------------------------------


def _may_be_cut(name: str) -> bool:
    """Whether a name is as long as a cut leaves it; spaces at its end and half a character may be gone."""
    text = normalize("NFC", name.strip())
    lengths = (len(text), len(text.encode()))
    return any(most - 2 <= length <= most for length in lengths for most in _CUT_AFTER) and _letters(text)


def _letters(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= _LEAST_LETTERS


def _is_cut(payers: tuple[NameWords, ...], debtor: str) -> bool:
    """Whether the payer's name is what a cut leaves of the debtor's."""
    given = {" ".join(payer.words) for payer in payers}
    return any(
        " ".join(spelling.words) in given for cut in _cuts(debtor) if _letters(cut) for spelling in _spellings(cut)
    )


@lru_cache(maxsize=1 << 12)
def _cuts(name: str) -> tuple[str, ...]:
    """What cuts leave of a name, in each order and spelling in which banks write it."""
    found: dict[str, None] = {}
    for text in _written(name):
        raw = text.encode()
        for most in _CUT_AFTER:
            if len(text) > most:
                found[text[:most].strip()] = None
            if len(raw) > most:
                found[raw[:most].decode(errors="ignore").strip()] = None
    return tuple(found)


def _written(name: str) -> Iterator[str]:
    words = normalize("NFC", name).casefold().split()
    orders = [words]
    if 1 < len(words) <= _MOST_ROTATED:
        orders += [[words[-1], *words[:-1]], [*words[1:], words[0]]]
    for order in orders:
        text = " ".join(order)
        yield text
        yield "".join(sign for sign in normalize("NFD", text.translate(_UNDIVIDED)) if category(sign) != "Mn")
        yield text.translate(_TWO_LETTERS)
