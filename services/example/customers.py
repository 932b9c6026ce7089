"""Who is in the example: seventy invented customers, what they buy, and how they usually pay."""

from dataclasses import dataclass
from typing import Final, Literal

Service = Literal["home", "office", "house", "installation"]

HOME, HOME_FAST, HOME_FASTEST = 34_90, 44_90, 59_90
OFFICE, OFFICE_FAST, HOUSE = 129_00, 248_00, 496_00
INSTALLATION, INSTALLATION_LARGE = 390_00, 1_240_00

_MAILBOX: Final = str.maketrans({" ": ".", "ä": "a", "å": "a", "ö": "o"})


@dataclass(frozen=True)
class ExampleCustomer:
    """A customer: billed on ``day`` of each month of ``months``.

    ``pays`` says for each invoice how many days after its due date the whole of it is paid (negative: before);
    None where it is not, or where `stories` says how. ``e_mail`` is an address of its own, or None for a customer
    without one; by default each has a working one.
    """

    id: str
    name: str
    language: Literal["fi", "sv", "en"]
    service: Service
    cents: int
    day: int
    pays: tuple[int | None, ...]
    first_month: int = 1
    e_mail: str | None = "its own"
    street: str | None = None
    trader: bool | None = None
    agreed: bool = True

    @property
    def kind(self) -> Literal["consumer", "business"]:
        """Consumers' ids begin with C, businesses' with B."""
        return "consumer" if self.id.startswith("C") else "business"

    @property
    def email(self) -> str | None:
        """Where letters go."""
        if self.e_mail != "its own":
            return self.e_mail
        return f"{self.name.lower().translate(_MAILBOX)}@asukas.example"


ON_TIME: Final[tuple[ExampleCustomer, ...]] = (
    ExampleCustomer("C-101", "Aino Mallila", "fi", "home", HOME, 2, (-1, 0, -2, -1)),
    ExampleCustomer("C-102", "Eero Koelahti", "fi", "home", HOME, 2, (-5, -5, -5)),
    ExampleCustomer("C-103", "Helmi Kuvittela", "fi", "home", HOME_FAST, 2, (0, 0, 0)),
    ExampleCustomer("C-104", "Oskari Näytelahti", "fi", "home", HOME, 5, (-2, -3, -1)),
    ExampleCustomer("C-105", "Siiri Mallikoski", "fi", "home", HOME_FAST, 5, (-10, -12, -9)),
    ExampleCustomer("C-106", "Väinö Koeniemi", "fi", "home", HOME, 5, (0, -1, 0)),
    ExampleCustomer("C-107", "Elsa Tarumäki", "fi", "home", HOME_FASTEST, 9, (-1, -1, -1)),
    ExampleCustomer("C-108", "Leo Kuvalampi", "fi", "home", HOME, 9, (0, 0, -4)),
    ExampleCustomer("C-109", "Hilla Satulehto", "fi", "home", HOME_FAST, 9, (-3, -2, -2)),
    ExampleCustomer("C-110", "Onni Keksikoski", "fi", "home", HOME, 13, (-7, -7, -7)),
    ExampleCustomer("C-111", "Venla Koeranta", "fi", "home", HOME, 13, (-1, 0, 0)),
    ExampleCustomer("C-112", "Karin Exempelström", "sv", "home", HOME_FAST, 13, (-2, -2, -2)),
    ExampleCustomer("C-113", "Anders Provberg", "sv", "home", HOME, 20, (0, -1, -1)),
    ExampleCustomer("C-114", "Elin Sagolund", "sv", "home", HOME, 20, (-4, -3, -5)),
    ExampleCustomer("C-115", "Grace Samplewood", "en", "home", HOME_FASTEST, 20, (-1, -1, -1, -1)),
    ExampleCustomer("C-116", "Arjun Exampleton", "en", "home", HOME, 26, (0, 0, 0)),
    ExampleCustomer("C-117", "Maria Madeupson", "en", "home", HOME_FAST, 26, (-6, -6, -6)),
    ExampleCustomer("B-301", "Kahvila Kuvitelma Oy", "fi", "office", OFFICE, 2, (0, 0, -1, 0), trader=True),
    ExampleCustomer("B-302", "Kukkakauppa Satukimppu Ky", "fi", "office", OFFICE, 5, (-1, -1, -1, -1), trader=True),
    ExampleCustomer("B-303", "Kirjakauppa Keksitty Oy", "fi", "office", OFFICE, 9, (-2, 0, 0), trader=True),
    ExampleCustomer("B-304", "Asunto Oy Mallilankatu 3", "fi", "house", HOUSE, 2, (-3, -3, -3, -3), trader=False),
    ExampleCustomer("B-305", "Esimerkkilän Urheiluseura ry", "fi", "office", OFFICE, 13, (-1, 0, -1), trader=False),
    ExampleCustomer("B-306", "Exempelbageriet Ab", "sv", "office", OFFICE_FAST, 5, (0, 0, 0, 0), trader=True),
    ExampleCustomer("B-307", "Imaginary Imports Oy", "en", "office", OFFICE_FAST, 9, (-1, -1, -1), trader=True),
)

A_LITTLE_LATE: Final[tuple[ExampleCustomer, ...]] = (
    ExampleCustomer("C-121", "Niilo Satumaa", "fi", "home", HOME, 2, (1, 3, 2)),
    ExampleCustomer("C-122", "Martta Kuvaharju", "fi", "home", HOME_FAST, 5, (4, 2, 9)),
    ExampleCustomer("C-123", "Urho Tarulampi", "fi", "home", HOME, 9, (7, 8, 7)),
    ExampleCustomer("C-124", "Saima Mallivaara", "fi", "home", HOME, 13, (-1, 10, 0)),
    ExampleCustomer("C-125", "Britta Provqvist", "sv", "home", HOME_FAST, 2, (8, 0, 7)),
    ExampleCustomer("C-126", "Gustav Sagoholm", "sv", "home", HOME, 9, (22, 0, 0)),
    ExampleCustomer("C-127", "Daniel Testerfield", "en", "home", HOME, 5, (9, 9, 0)),
    ExampleCustomer("C-128", "Chloe Fablebrook", "en", "home", HOME_FASTEST, 13, (0, 6, 25)),
    ExampleCustomer("B-311", "Leipomo Mallipulla Oy", "fi", "office", OFFICE, 2, (9, 10, 3, 9), trader=True),
    ExampleCustomer("B-312", "Kuljetus Kuvakuorma Oy", "fi", "office", OFFICE_FAST, 5, (14, 12, 15), trader=True),
    ExampleCustomer("B-313", "Provhamnens Båtar Ab", "sv", "office", OFFICE, 9, (10, 0, 30), trader=True),
    ExampleCustomer("B-314", "Fable Software Oy", "en", "office", OFFICE_FAST, 13, (2, 12, 1), trader=True),
)

IN_STORIES: Final[tuple[ExampleCustomer, ...]] = (
    ExampleCustomer("C-201", "Toivo Mallisaari", "fi", "installation", INSTALLATION, 2, (None,)),
    ExampleCustomer("C-202", "Ilona Keksilä", "fi", "home", HOME_FAST, 2, (None, 0, 0)),
    ExampleCustomer("C-203", "Jane Sampleton", "en", "home", HOME, 2, (None, -1, None)),
    ExampleCustomer("C-204", "Lempi Koesaari", "fi", "home", HOME, 5, (None, None, -1)),
    ExampleCustomer("C-205", "Kaino Tarukoski", "fi", "home", HOME_FASTEST, 2, (None, None, 0)),
    ExampleCustomer("C-206", "Veikko Kuvakangas", "fi", "installation", INSTALLATION_LARGE, 5, (None,)),
    ExampleCustomer("C-207", "Sylvi Satukoski", "fi", "home", HOME_FAST, 5, (-1, None, 0)),
    ExampleCustomer("C-208", "Reino Keksijärvi", "fi", "home", HOME, 9, (None, 0, 0)),
    ExampleCustomer("C-209", "Inkeri Mallikangas", "fi", "home", HOME, 9, (None, 0)),
    ExampleCustomer("C-210", "Usko Koelampi", "fi", "home", HOME_FASTEST, 5, (None, 0, 0)),
    ExampleCustomer("C-211", "Impi Tarulehto", "fi", "home", HOME, 2, (None, None)),
    ExampleCustomer("C-212", "Nils Exempelby", "sv", "home", HOME_FAST, 5, (0, None, 0)),
    ExampleCustomer("C-213", "Astrid Exempelfors", "sv", "installation", INSTALLATION, 9, (None,)),
    ExampleCustomer("C-214", "Henrik Provsten", "sv", "home", HOME, 2, (None, None, None)),
    ExampleCustomer("C-215", "Samuel Storyton", "en", "home", HOME, 2, (None, 0, 0), first_month=2),
    ExampleCustomer("C-216", "Priya Inventley", "en", "installation", INSTALLATION, 2, (None,)),
    ExampleCustomer("C-217", "Oliver Pretendale", "en", "home", HOME_FAST, 9, (None, None, 0)),
    ExampleCustomer("C-218", "Raili Kuvasalo", "fi", "installation", INSTALLATION_LARGE, 2, (None,)),
    ExampleCustomer("C-219", "Eino Satujoki", "fi", "home", HOME, 2, (None, None), agreed=False),
    ExampleCustomer("C-220", "Tyyne Mallimäki", "fi", "home", HOME, 13, (None, 0)),
    ExampleCustomer("C-221", "Pentti Tarusuo", "fi", "home", HOME_FAST, 13, (0, None)),
    ExampleCustomer("C-222", "Kerttu Koepelto", "fi", "home", HOME, 9, (0, -1, 0)),
    ExampleCustomer("C-223", "Aarne Keksipuro", "fi", "home", HOME_FAST, 5, (None, 0, 0), first_month=2),
    ExampleCustomer(
        "C-224", "Hilja Mallipuro", "fi", "home", HOME, 2, (None, 0, 0), e_mail=None, street="Tarutie 4 B 12"
    ),
    ExampleCustomer(
        "C-225",
        "Matti Kuvitus",
        "fi",
        "home",
        HOME_FAST,
        5,
        (None, 0, 0),
        e_mail="perm-fail@simulator.invalid",
        street="Keksikuja 7",
    ),
    ExampleCustomer("C-226", "Helga Sagovik", "sv", "home", HOME, 9, (None, 0), e_mail="perm-fail@simulator.invalid"),
    ExampleCustomer("C-227", "Vieno Satuharju", "fi", "home", HOME, 2, (None, None, None)),
    ExampleCustomer("C-228", "Tauno Tarumaa", "fi", "home", HOME_FAST, 13, (None, 0)),
    ExampleCustomer("C-229", "Laina Keksivuo", "fi", "home", HOME, 26, (None, None)),
    ExampleCustomer("B-321", "Rakennus Koelauta Oy", "fi", "office", OFFICE_FAST, 2, (None, None, None), trader=True),
    ExampleCustomer("B-322", "Konepaja Koeterä Oy", "fi", "office", OFFICE_FAST, 5, (None, 0, 0), trader=True),
    ExampleCustomer("B-323", "Storybook Hotel Oy", "en", "house", HOUSE, 9, (None, None, 0), trader=True),
    ExampleCustomer("B-324", "Sagobokhandeln Ab", "sv", "office", OFFICE, 2, (None, None, 0), trader=True),
    ExampleCustomer("B-325", "Metsäpalvelu Satukuusi Oy", "fi", "office", OFFICE, 5, (None, 0), trader=True),
)

CUSTOMERS: Final = ON_TIME + A_LITTLE_LATE + IN_STORIES
