"""The things a province is made of: people, organizations, posts, hospitals, transfers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from graphkit.generate.truth import Member


@dataclass(slots=True, eq=False)
class Person:
    """A natural person with a personal account; `phone` and `address` are nobody else's unless planted."""

    name: str
    id_no: str
    sex: str
    birth: date
    region: str
    phone: str
    address: str
    acct: str = ""

    def member(self, role: str) -> Member:
        """This one as a member of a nest or look-alike, in the given role."""
        return Member("person", self.id_no, self.name, role)


@dataclass(slots=True, eq=False)
class Org:
    """An organization of one of the template's types; `people` are its own staff as (role kind, person)."""

    name: str
    uscc: str
    type: str
    region: str
    phone: str
    address: str
    acct: str
    boss: Person | None = None
    people: list[tuple[str, Person]] = field(default_factory=list)

    def member(self, role: str) -> Member:
        """This one as a member of a nest or look-alike, in the given role."""
        return Member("org", self.uscc, self.name, role)


@dataclass(slots=True, eq=False)
class Post:
    """A post of a hospital or agency and who holds it."""

    person: Person
    dept: str
    role: str
    number: str


@dataclass(slots=True, eq=False)
class Hospital:
    """A hospital with its posts, its usual bidders and what is already bought without open tender."""

    index: int
    org: Org
    posts: list[Post] = field(default_factory=list)
    bidders: list[Org] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    serial: int = 0

    def free(self, *roles: str) -> Post:
        """The first post of these roles whose holder plays no part in anything planted yet; marks him as taken.

        StopIteration if nobody is left.
        """
        post = next(p for p in self.posts if p.role in roles and p.person.id_no not in self.taken)
        self.taken.add(post.person.id_no)
        return post

    def first(self, role: str) -> Post:
        """The head of a role, taken or not."""
        return next(p for p in self.posts if p.role == role)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One bank transfer; parties are named by their account."""

    ts: datetime
    payer: str
    payee: str
    fen: int
    channel: str
    purpose: str
    contract_no: str | None = None


def member_list(pairs: Sequence[tuple[Person | Org, str]]) -> tuple[Member, ...]:
    """(person or organization, role) pairs as members of a nest or subjects of a look-alike."""
    return tuple(one.member(role) for one, role in pairs)
