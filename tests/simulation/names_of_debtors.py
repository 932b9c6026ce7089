"""Invented names of debtors, and how a payer's bank may write them (rules.md G10)."""

from random import Random

FIRST = ("Aino", "Matti", "Päivi", "Åke", "Väinö", "Liisa", "Jörgen", "Anneli")
MIDDLE = ("Juhani", "Maria", "Tapani", "Kristiina")
LAST = (
    "Mallila", "Meikäläinen", "Sjöberg", "Lehtimäki", "Rautapää", "Könönen", "Hämäläinen", "Virtanen",
    "Korpijärvi", "Nieminen", "Särkkälä", "Laaksonen", "Peltomäki", "Kuusisto", "Tammelin", "Öhman",
)  # fmt: skip
TRADES = ("Rakennus", "Kauppa", "Kuljetus", "Siivous")
FORMS = ("Oy", "Ab", "Oyj", "Ky", "Ay")
_PLAIN = str.maketrans("äöåÄÖÅ", "aoaAOA")


def invented(rng: Random, number: int, consumer: bool) -> str:
    """A person's or a company's name; no two numbers have the same last name."""
    last = LAST[number % len(LAST)]
    if not consumer:
        return f"{last.replace(' ', '')}n {rng.choice(TRADES)} {rng.choice(FORMS)}"
    middle = [rng.choice(MIDDLE)] if rng.random() < 0.4 else []
    return " ".join([rng.choice(FIRST), *middle, last])


def the_same(rng: Random, name: str) -> str:
    """But for capitals, spaces, accents and the order of words."""
    words = name.split()
    if rng.random() < 0.5:
        words = [words[-1], *words[:-1]]
    written = rng.choice((" ", "  ")).join(words)
    written = written.upper() if rng.random() < 0.5 else written
    return written.translate(_PLAIN) if rng.random() < 0.5 else written


def a_weaker(rng: Random, name: str) -> str:
    """Without its company form or middle name, or cut; the name itself where it has nothing to lose."""
    words = name.split()
    ways = [" ".join(words[:-1]) if words[-1] in FORMS else "", name[:12] if len(name) > 12 else ""]
    ways += [f"{words[0]} {words[2]}" if len(words) == 3 and words[-1] not in FORMS else ""]
    written = rng.choice([way for way in ways if way] or [name])
    return written.upper() if rng.random() < 0.5 else written


def anothers(rng: Random, name: str) -> str:
    """A name that resembles it and is somebody else's."""
    words = name.split()
    if words[-1] in FORMS:
        return f"Kolmas {name}"
    return rng.choice((f"Eino {words[-1]}", words[-1][:5]))
