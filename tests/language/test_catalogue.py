"""The catalogue itself: holes, plurals, dates, and what it must leave alone."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.core import view as views
from appliance.core.act import Act
from appliance.core.grid import Grid
from appliance.core.money import euros
from appliance.core.view import (
    Category,
    EntryView,
    Fact,
    Key,
    MenuView,
    MessageView,
    PaymentView,
    PickView,
    ReprintView,
    SaleView,
    Section,
    SummaryView,
    Tile,
)
from appliance.language.catalogue import HOLE, Catalogue, english_catalogue, entries
from appliance.language.english import DATA, RULES, english
from appliance.language.holes import TAKES, kind
from tests.cases import over
from tests.display.sample_day import summary_view
from tests.display.sample_money import payment_view
from tests.display.sample_sale import sale_view
from tests.display.samples import samples

GRID = Grid(columns=4, rows=5, categories=8, lines=9, names=8)
SAID = [
    ("samedi 21 novembre", "Saturday 21 November"),
    ("mardi 1 décembre", "Tuesday 1 December"),
    ("sam. 21 nov.", "Sat 21 Nov"),
    ("mer. 5 août", "Wed 5 Aug"),
    ("0 article", "0 items"),
    ("1 article", "1 item"),
    ("8 articles", "8 items"),
    ("4 lignes plus bas", "4 lines below"),
    ("Encaisser 1\u00a0284,35\u00a0€ en espèces", "Take 1\u00a0284,35\u00a0€ in cash"),
    ("à 2,90\u00a0€/kg remise 0,20\u00a0€", "at 2,90\u00a0€/kg less 0,20\u00a0€"),
    ("Un ticket est en cours\u00a0: 3 articles, 12,40\u00a0€.", "A sale is in progress: 3 items, 12,40\u00a0€."),
    ("Août 2026 est clos : rien ne peut plus y être daté.", "August 2026 is closed: nothing more can be dated in it."),
    ("Code faux. Encore 1 essai.", "Wrong PIN. 1 try left."),
    ("geste commercial", "goodwill"),
    ("Geste commercial", "Goodwill"),
    ("Remboursement", "Refund"),
    ("Imprimante\u00a0: Plus de papier.", "Printer: Out of paper."),
    ("Dupont et Fils et 3 de plus", "Dupont et Fils and 3 more"),
]


@pytest.mark.parametrize(("french", "said"), SAID)
def test_sentences_are_said(french: str, said: str) -> None:
    """Holes keep what stands in them, dates and counted words follow English."""
    assert english_catalogue().say(french) == said


@pytest.mark.parametrize(
    "text", ["", "12:34", "−13,69\u00a0€", "1,250 kg", "3\u00a0×", "5,5\u00a0%", "–", "21 11 2026"]
)
def test_figures_are_the_same(text: str) -> None:
    """An amount reads on the screen as on the paper."""
    assert english_catalogue().say(text) == text


@over(lambda: sorted(entries().items()))
def test_every_hole_stands_in_both(french: str, said: str) -> None:
    """A figure that is lost on the way would be a lie; a hole that is not known would be shown as it is written."""
    assert sorted(HOLE.findall(french)) == sorted(HOLE.findall(said))
    assert {kind(hole) for hole in HOLE.findall(french)} <= TAKES.keys()
    assert said.strip() == said != ""


def test_an_unknown_word_within_a_sentence_is_not_half_said() -> None:
    """Better a French sentence than one in two languages."""
    assert english_catalogue().say("Imprimante\u00a0: bourrage du massicot") is None
    assert english_catalogue().say("Vider le bac.") is None


def test_two_meanings_are_refused(tmp_path: Path) -> None:
    """The same French cannot be said in two ways: the one that stands first would win in silence."""
    (tmp_path / "two.toml").write_text('[a]\n"Fermer" = "Close"\n[b]\n"Fermer" = "Shut"\n', "utf-8")

    with pytest.raises(ValueError, match="Fermer"):
        entries(tmp_path / "two.toml")


def test_the_kept_sentences_stay_few() -> None:
    """A long day of sums does not fill the memory, and the answers stay right."""
    catalogue = Catalogue({"total {sum}": "total {sum}", "Oui": "Yes"})
    for cents in range(5000):
        assert catalogue.say(f"total {euros(cents)}") == f"total {euros(cents)}"
    assert catalogue.say("Oui") == "Yes"
    assert len(catalogue._said) <= 2048


@given(st.text(max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    """Whatever is scanned or typed: an English sentence or None, never an exception."""
    said = english_catalogue().say(text)

    assert said is None or isinstance(said, str)


NAME = "Retour"  # a word that the till has too


def test_an_article_keeps_its_name() -> None:
    """An article, a category, an operator, a means that bears a word of the till is not translated."""
    view = english(
        sale_view(
            GRID,
            header=replace(sale_view(GRID).header, person=NAME, till=NAME),
            tiles=(Tile(NAME, "prix libre", 0, Act("ring", NAME)),),
            categories=(
                Category("Favoris", 0, True, Act("category", 0), named=False),
                Category(NAME, 1, False, Act("c")),
            ),
            lines=(replace(sale_view(GRID).lines[0], label=NAME),),
        )
    )
    assert isinstance(view, SaleView)
    tile = view.tiles[0]
    assert tile is not None
    assert (tile.label, tile.price) == (NAME, "open price")
    assert [each.label for each in view.categories] == ["Favourites", NAME]
    assert (view.lines[0].label, view.header.person, view.header.till) == (NAME, NAME, NAME)


def test_a_means_keeps_its_name() -> None:
    """On its key, in what was paid, in the summary, among the ways to give back; only the credit note is the till's."""
    paid = english(payment_view(means=(Key(NAME, Act("means", NAME), "12,40\u00a0€"),), lines=(Fact(NAME, "1,10"),)))
    section = Section("Moyens de paiement", (), ((NAME, "1", "12,40"),))
    summary = english(replace(summary_view(), sections=(section,)))
    keys = (Key(NAME, None, "rendre 3,00\u00a0€"), Key("Avoir", None, "", "paper"))
    view = samples(GRID)["refund"]
    assert isinstance(view, PickView)
    refund = english(replace(view, keys=keys))

    assert isinstance(paid, PaymentView)
    assert (paid.means[0].label, paid.lines[0].label) == (NAME, NAME)
    assert isinstance(summary, SummaryView)
    assert summary.sections[0] == Section("Means of payment", (), ((NAME, "1", "12,40"),))
    assert isinstance(refund, PickView)
    assert [(key.label, key.detail) for key in refund.keys] == [(NAME, "give back 3,00\u00a0€"), ("Credit note", "")]


def test_other_names_stay() -> None:
    """A department on a message, the article whose price is typed or whose line is changed, a scanned code."""
    header = sale_view(GRID).header
    back = Key("Retour", Act("go", ""))
    message = MessageView(header, "Code inconnu.", (), "", (Key(NAME, Act("department", NAME)), back))
    entry = EntryView(header, NAME, "price", "Prix", "0,00\u00a0€", back, back, (Fact("Code", NAME),))
    percent = EntryView(header, "Remise", "percent", "Remise", "", back, back, (Fact(NAME, "", named=True),))
    line = MenuView(header, NAME, (), None, back, named=True)
    said = [english(each) for each in (message, entry, percent, line)]

    assert [key.label for key in said[0].keys] == [NAME, "Back"]  # type: ignore[union-attr]
    assert (said[1].title, said[1].facts[0].value) == (NAME, NAME)  # type: ignore[union-attr]
    assert said[2].facts[0].label == NAME  # type: ignore[union-attr]
    assert said[3].title == NAME


def test_a_waiting_ticket_keeps_its_articles() -> None:
    """It is known again by them; only "and 3 more" is the till's."""
    view = samples(GRID)["parked"]
    assert isinstance(view, ReprintView)
    row = replace(view.tickets[0], note=NAME)
    more = replace(row, note=f"{NAME}, {NAME} et 3 de plus")
    said = english(replace(view, tickets=(row, more)))

    assert isinstance(said, ReprintView)
    assert [each.note for each in said.tickets] == [NAME, f"{NAME}, {NAME} and 3 more"]


def test_acts_are_never_translated() -> None:
    """What a key does, and what a record will hold, is the same for who reads English."""
    for name, view in samples(GRID).items():
        assert _acts(english(view)) == _acts(view), name


def _acts(thing: object) -> list[Act]:
    if isinstance(thing, Act):
        return [thing]
    if isinstance(thing, tuple):
        return [act for each in thing for act in _acts(each)]
    if type(thing).__module__ == views.__name__ and hasattr(thing, "__slots__") and hasattr(thing, "__match_args__"):
        return [act for name in thing.__match_args__ for act in _acts(getattr(thing, name))]
    return []


def test_the_table_names_fields_that_exist() -> None:
    """A field that was renamed would silently be looked up."""
    for each, names in DATA.items():
        assert names <= {field.name for field in fields(each)}, each
    assert all(hasattr(views, each.__name__) for each in RULES)
