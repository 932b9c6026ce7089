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
from itertools import permutations, product
from typing import Final, Literal
from unicodedata import category, normalize

Likeness = Literal["same", "similar"]
"""``same``: but for capitals, spaces, accents and word order. ``similar``: without company forms or middle names, with
initials, or cut."""

_COMPANY_FORMS: Final = frozenset(
    (
        *("oy", "oyj", "ab", "abp", "publ", "ky", "kb", "ay", "hb", "ry", "rf", "sr", "rs", "rp", "osk", "anl"),
        *("osakeyhtio", "osakeyhtioe", "kommandiittiyhtio", "kommandiittiyhtioe", "osuuskunta", "andelslag", "saatio"),
        *("saeaetioe", "aktiebolag", "handelsbolag", "kommanditbolag", "yhdistys", "forening", "foerening", "koy"),
        *("asunto", "kiinteisto", "kiinteistoe", "bostads", "fastighets", "as", "asa", "aps", "ou", "uab", "sia"),
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
"""Letters of a name that a cut must leave, company forms not counted."""
_MOST_ROTATED: Final = 4
"""Words of a name that may as well begin with any of them: with the last name, or with the first."""
_MOST_PAIRED: Final = 8
"""Words of a name that are looked up two by two: a bound for a name of three hundred letters."""
_BUCKET: Final = 3
_LONGEST_TEXT: Final = 40
"""Letters of an index text: enough to tell names apart, and few enough for a key."""
_LONGEST_WORD: Final = 20
"""Letters of a word in an index text of two words."""

_UNDIVIDED: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "þ": "th", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_APOSTROPHES: Final = re.compile(r"['’‘´`]")
_DOTTED: Final = re.compile(r"(?<!\w)((?:[^\W\d_]\.){2,}[^\W\d_]?)(?!\w)")
_GAPS: Final = re.compile(r"[\W_]+")
_DOUBLED: Final = re.compile(r"ae|oe|ue|aa")
_CARE_OF: Final = re.compile(r"(?<!\w)c/o(?!\w)")
_HYPHENS: Final = re.compile(r"(?<=\w)[-\u2010\u2011](?=\w)")


@dataclass(frozen=True, slots=True)
class NameWords:
    """A name's words, folded, in their order; ``core`` are those that are no company form.

    ``own`` are those of ``core`` that do not stand behind ``c/o``.
    """

    words: tuple[str, ...]
    core: tuple[str, ...]
    own: tuple[str, ...]
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
    """The texts under which a debtor's name is found: its words run together, and two of them, in each order."""
    found: dict[str, None] = {}
    for spelling in _spellings(name):
        core, own = _coarse(spelling.core or spelling.words), _coarse(spelling.own)
        orders = [*_rotations(core), sorted(core), own, sorted(own)]
        found |= dict.fromkeys(_run_together(order) for order in orders if order)
        found |= dict.fromkeys(_paired(one, other) for one, other in _pairs(spelling))
    for cut in _cuts(name):  # one that ends within a company form is no beginning of what stands here
        text = _run_together(_coarse(_sorted_out(_composed(cut)).core))
        if not any(other.startswith(text) for other in found):
            found[text] = None
    return tuple(found)


@dataclass(frozen=True, slots=True)
class NameLookups:
    """What is looked up among the index texts for a payer's name: whole texts, and beginnings of texts."""

    whole: tuple[str, ...]
    beginnings: tuple[str, ...]


def lookups(name: str) -> NameLookups:
    """The look-ups that find every debtor whose name is like the payer's, and few others.

    Two names of one person have a whole word in common, and one more word or its initial.
    """
    whole, beginnings = dict[str, None](), dict[str, None]()
    for spelling in _spellings(name):
        core, own = _coarse(spelling.core or spelling.words), _coarse(spelling.own)
        whole |= dict.fromkeys(_run_together(order) for order in (core, sorted(core), own, sorted(own)) if order)
        for one, other in _pairs(spelling):
            if len(other) > 1:
                whole |= dict.fromkeys((_paired(*sorted((one, other))), _paired(one, other[0])))
            else:
                beginnings[_paired(one, other)] = None
        if core and _may_be_cut(name):
            beginnings[_run_together(core)] = None
    whole.pop("", None)
    left = (text for text in whole if not text.startswith(tuple(beginnings)))
    return NameLookups(tuple(left), tuple(beginnings))


def buckets(name: str) -> tuple[str, ...]:
    """The beginnings of a name's words and of its orders: two names that are alike have one in common."""
    found: dict[str, None] = {}
    for spelling in _spellings(name):
        core = _coarse(spelling.core or spelling.words)
        orders = (core[at:] + core[:at] for at in range(len(core)))
        found |= dict.fromkeys(word[:_BUCKET] for word in core if len(word) > 1)
        found |= dict.fromkeys(_run_together(order)[:_BUCKET] for order in (*orders, sorted(core)))
    found.pop("", None)
    return tuple(found)


# -- folding --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1 << 14)
def folded_words(text: str) -> tuple[str, ...]:
    """The words of a name or another text without capitals, accents and signs; none of a name that says it is none."""
    return _folded(_composed(text))


@lru_cache(maxsize=1 << 12)
def _spellings(name: str) -> tuple[NameWords, ...]:
    """The name without accents and, where that differs, with umlauts as two letters, and with hyphens left out."""
    hyphened = map(_composed, (name, _HYPHENS.sub("", name)))
    return tuple(dict.fromkeys(_sorted_out(text) for each in hyphened for text in (each, each.translate(_TWO_LETTERS))))


def _composed(text: str) -> str:
    return normalize("NFC", normalize("NFKC", text).casefold())


def _without_accents(text: str) -> str:
    return "".join(sign for sign in normalize("NFD", text.translate(_UNDIVIDED)) if category(sign) != "Mn")


def _folded(text: str) -> tuple[str, ...]:
    text = _without_accents(text)
    words = tuple(_GAPS.sub(" ", _DOTTED.sub(_joined_form, _APOSTROPHES.sub("", text))).split())
    return () if words == _NO_NAME else words


def _sorted_out(text: str) -> NameWords:
    """The words of a text, with those that are no company form beside them."""
    words, own = _folded(text), _folded(_CARE_OF.split(text)[0])
    return NameWords(words, _without_forms(words), _without_forms(own), any(word in _COMPANY_FORMS for word in words))


def _without_forms(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in _COMPANY_FORMS and word not in _TRADE_FORMS)


def _joined_form(dotted: re.Match[str]) -> str:
    """``r.y.`` is a company form, ``m.j.`` two initials."""
    joined = dotted[1].replace(".", "")
    return joined if joined in _COMPANY_FORMS or joined in _TRADE_FORMS else dotted[1]


def _coarse(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words in one form for all spellings of umlauts; other words may have it too."""
    return tuple(map(_undoubled, words))


def _run_together(words: Sequence[str]) -> str:
    return _undoubled("".join(words))[:_LONGEST_TEXT]


def _rotations(words: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The words beginning with each of them, where they are few."""
    most = len(words) if len(words) <= _MOST_ROTATED else 1
    return [words[at:] + words[:at] for at in range(most)]


def _pairs(spelling: NameWords) -> Iterator[tuple[str, str]]:
    """Two words of a person's name, the first of them no initial, in both orders."""
    if not spelling.is_company:
        for one, other in permutations(_coarse(spelling.core)[:_MOST_PAIRED], 2):
            if len(one) > 1:
                yield one, other


def _paired(one: str, other: str) -> str:
    return f"{one[:_LONGEST_WORD]} {other[:_LONGEST_WORD]}"


@lru_cache(maxsize=1 << 14)
def _undoubled(word: str) -> str:
    """A word without the second letters of umlauts that were written as two, and those that only look so."""
    while (shorter := _DOUBLED.sub(lambda pair: pair[0][0], word)) != word:
        word = shorter
    return word


# -- comparing ------------------------------------------------------------------------------------------------------


def _is_same(mine: NameWords, theirs: NameWords) -> bool:
    return _are_same(mine.words, theirs.words)


def _are_same(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """The same words in any order, or the same letters, from whichever word on both are read."""
    return sorted(mine) == sorted(theirs) or (_begins_elsewhere(mine, theirs) and _begins_elsewhere(theirs, mine))


def _begins_elsewhere(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    text = "".join(theirs)
    return len("".join(mine)) == len(text) and any("".join(order) == text for order in _rotations(mine))


def _is_same_core(mine: NameWords, theirs: NameWords) -> bool:
    """Without company forms and what stands behind ``c/o``, which at least one of them has, they are the same."""
    if not mine.own or not theirs.own or (mine.own == mine.words and theirs.own == theirs.words):
        return False
    return _are_same(mine.own, theirs.own)


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
    given = {" ".join(payer.words) for payer in payers if _letters("".join(payer.core))}
    return any(" ".join(spelling.words) in given for cut in _cuts(debtor) for spelling in _spellings(cut))


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
    for order in _rotations(tuple(normalize("NFC", name).casefold().split())):
        text = " ".join(order)
        yield text
        yield _without_accents(text)
        yield text.translate(_TWO_LETTERS)
