"""G10: whose name a payer's name is, exactly or in a weaker form."""

import re
import unicodedata

COMPANY_FORMS = frozenset({"oy", "ab", "oyj", "abp", "ky", "ay", "tmi", "ry", "osk"})
CUTS = (12, 35)
LEAST_LETTERS_OF_A_CUT = 6


def _words(name: str) -> list[str]:
    """The words without capitals and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).split()


def same_name(one: str | None, other: str) -> bool:
    """But for capitals, spaces, accents and the order of words."""
    return one is not None and bool(_words(one)) and sorted(_words(one)) == sorted(_words(other))


def weaker_name(payer: str | None, debtor: str) -> bool:
    """The debtor's name without company forms or middle names, or cut, and not simply the same."""
    if payer is None or not _words(payer) or same_name(payer, debtor):
        return False
    return _without_forms(payer, debtor) or _without_middle_names(payer, debtor) or _is_cut_of(payer, debtor)


def _without_forms(payer: str, debtor: str) -> bool:
    ours, theirs = (sorted(w for w in _words(name) if w not in COMPANY_FORMS) for name in (payer, debtor))
    return bool(ours) and ours == theirs


def _without_middle_names(payer: str, debtor: str) -> bool:
    """First and last name of one are the whole name of the other."""
    for long, short in ((payer, debtor), (debtor, payer)):
        words = _words(long)
        if len(words) > 2 and len(_words(short)) == 2 and not COMPANY_FORMS & set(words):
            pairs = ([words[0], words[-1]], [words[0], words[1]], [words[-1], words[0]])
            if sorted(_words(short)) in [sorted(pair) for pair in pairs]:
                return True
    return False


def _is_cut_of(payer: str, debtor: str) -> bool:
    """The first 12 or 35 characters or bytes."""
    if len(re.sub(r"\W", "", payer)) < LEAST_LETTERS_OF_A_CUT:
        return False
    cuts = [debtor[:n] for n in CUTS if len(debtor) > n]
    cuts += [debtor.encode()[:n].decode(errors="ignore") for n in CUTS if len(debtor.encode()) > n]
    return _words(payer) in [_words(cut) for cut in cuts]
