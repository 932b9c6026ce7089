"""Names of payers and debtors: which are the same, which may be, and that the index finds all of them (G10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cash_application.matching.names import buckets, index_texts, likeness, lookups

SAME = [
    ("MALLILA AINO", "Aino Mallila"),
    ("Mallila  aino ", "Aino Mallila"),
    ("PAIVAKOTI AANEKOSKI", "Päiväkoti Äänekoski"),
    ("PAEIVAEKOTI AEAENEKOSKI", "Päiväkoti Äänekoski"),
    ("Päiväkoti Äänekoski", "PAIVAKOTI AANEKOSKI"),
    ("Kuvitelma Ab Oy", "Oy Kuvitelma Ab"),
    ("Annamaija Kuviteltu", "Anna-Maija Kuviteltu"),
    ("KUVITELTU ANNA MAIJA", "Anna-Maija Kuviteltu"),
    ("Pallokerho r.y.", "Pallokerho ry"),
    ("OHARA PAT", "Pat O'Hara"),
    ("Åkesson Örjan", "AKESSON ORJAN"),
    ("D C B A", "A B C D"),
    ("KUVITELTU ANNAMAIJA", "Anna-Maija Kuviteltu"),
    ("KUVITELTU ANNA MAIJA", "Annamaija Kuviteltu"),
    ("A KAAAHO", "A Kaa-Aho"),
    ("ALAAHO EIJA", "Eija Ala-Aho"),
]
SIMILAR = [
    ("MEIKÄLÄINEN MATTI", "Matti Juhani Meikäläinen"),
    ("Matti Juhani Meikäläinen", "Meikäläinen Matti"),
    ("Juhani Meikäläinen", "Matti Juhani Meikäläinen"),
    ("Meikalainen Matti J", "Matti Juhani Meikäläinen"),
    ("Esimerkki", "Esimerkki Oy Ab"),
    ("Esimerkki Oy", "Esimerkki"),
    ("Kolmas Kauppa", "Kolmas Kauppa Oyj"),
    ("Kuvitelma GmbH", "Kuvitelma AS"),
    ("Matti Meikäläinen", "Tmi Matti Meikäläinen"),
    ("M. Meikäläinen", "Matti Meikäläinen"),
    ("Meikäläinen M J", "Matti Juhani Meikäläinen"),
    ("Matti Meikäläinen", "M. Meikäläinen"),
    ("ESIMERKKILÄ", "Esimerkkilän Rakennus Oy"),
    ("ESIMERKKILÄN", "Esimerkkilän Rakennus Oy"),
    ("MEIKÄLÄINE", "Matti Meikäläinen"),
    ("MEIKÄLÄINEN", "Matti Meikäläinen"),
    ("MEIKALAINEN", "Matti Meikäläinen"),
    ("Matti Meikäl", "Matti Meikäläinen"),
    ("ESIMERKKIS O", "Esimerkkis Oy"),
    ("ESIMERKKILAN RAKENNUS JA REMONTTI T", "Esimerkkilän Rakennus ja Remontti Tuomi Oy"),
    ("VIRTANEN ANNA-MAIJA", "Anna-Maija Virtanen-Öhman"),
    ("KUVITELTU ANNAMAIJA", "Anna-Maija Tuulikki Kuviteltu"),
    ("Matti ja Maija Virtanen", "Maija Virtanen"),
    ("Matti Mallila & Maija Kuviteltu", "Maija Kuviteltu"),
    ("Edunvalvoja Tuula Testilä / Anna Kuviteltu", "Anna Kuviteltu"),
    ("Anna Kuviteltu c/o Tuula Testilä", "Tuula Testilä"),
    ("VON HELLENS K", "Karl Gustav von Hellens"),
    ("Virtanen Matti Juhani Olavi Kalevi", "Olavi Virtanen"),
    ("Li Wu Chen", "Li Wu"),
    ("ASUNTO OY TESTILÄNTIE 4", "As Oy Testiläntie 4 c/o Isännöinti Kuvitelma Oy"),
    ("KOy Kuvitelma", "Kiinteistö Oy Kuvitelma"),
    ("KUVITELMA OSAKEYHTIOE", "Kuvitelma Oy"),
    ("Kuvitelma Osuuskunta", "Osk Kuvitelma"),
]
OTHERS = [
    ("Aino Mallila", "Eino Mallila"),
    ("Virta", "Virtanen"),
    ("Virtanen", "Virta"),
    ("Virtanen", "Matti Virtanen"),
    ("Kauppa Oy", "Kolmas Kauppa Oy"),
    ("Kolmas Kauppa Oy", "Kauppa Oy"),
    ("Matti Juhani Mallila", "Matti Olavi Mallila"),
    ("NOTPROVIDED", "Notprovided"),
    ("Oy Ab", "Kuvitelma Oy Ab"),
    ("Kuvite", "Kuviteltu Nimi"),
    ("M M", "Matti Meikäläinen"),
    ("OSAKEYHTIÖ K", "Osakeyhtiö Kuvitelma"),
    ("As Oy Testiläntie 4 c/o Isännöinti Kuvitelma Oy", "Isännöinti Kuvitelma Oy"),
    ("GMBH & CO. K", "GmbH & Co. KG Kuvitelma"),
    ("", "Matti Meikäläinen"),
]


@pytest.mark.parametrize(("payer", "debtor"), SAME)
def test_capitals_spaces_accents_and_word_order_make_the_same_name(payer: str, debtor: str) -> None:
    assert likeness(payer, debtor) == "same"


@pytest.mark.parametrize(("payer", "debtor"), SIMILAR)
def test_company_forms_middle_names_initials_and_cuts_make_similar_names(payer: str, debtor: str) -> None:
    assert likeness(payer, debtor) == "similar"


@pytest.mark.parametrize(("payer", "debtor"), OTHERS)
def test_other_names_are_others(payer: str, debtor: str) -> None:
    assert likeness(payer, debtor) is None


def is_found(payer: str, debtor: str) -> bool:
    wanted, texts = lookups(payer), index_texts(debtor)
    return any(text in wanted.whole or text.startswith(wanted.beginnings) for text in texts)


@pytest.mark.parametrize(("payer", "debtor"), SAME + SIMILAR)
def test_the_index_finds_a_debtor_by_each_name_like_it_and_the_other_way_round(payer: str, debtor: str) -> None:
    assert is_found(payer, debtor)
    assert set(buckets(payer)) & set(buckets(debtor))


WORDS = st.sampled_from(
    ["Matti", "Juhani", "Meikäläinen", "Oy", "M", "Åke", "Kauppa", "Äänekoski", "von", "Ab", "Kaa-Aho", "ja", "Li"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


@given(payer=NAMES, debtor=NAMES)
def test_whatever_name_is_alike_the_index_finds_it(payer: str, debtor: str) -> None:
    if likeness(payer, debtor) is not None:
        assert is_found(payer, debtor)
        assert set(buckets(payer)) & set(buckets(debtor))


@given(name=NAMES, cut=st.sampled_from([12, 35]))
def test_whatever_is_cut_off_the_index_finds_the_name(name: str, cut: int) -> None:
    payer = name[:cut]
    if likeness(payer, name) is not None:
        assert is_found(payer, name)


@given(payer=NAMES, debtor=NAMES)
def test_the_same_name_is_so_in_both_directions(payer: str, debtor: str) -> None:
    assert (likeness(payer, debtor) == "same") == (likeness(debtor, payer) == "same")
