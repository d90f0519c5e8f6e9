"""Pages of counted figures: labelled, with n, filtered by the address; what cannot be is said and named."""

from __future__ import annotations

import pytest

from jobs_data import loading
from jobs_data.importing import Request, import_file
from jobs_data.measures import MEASURES
from tests.jobs_data import samples
from tests.jobs_data.samples import SALARIES, salary, write_csv

PAGE = "/jobs/market/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def snapshot(market, tmp_path):
    """Forty data engineers in the United States, twelve analysts in Germany (few), five in France."""
    engineers = [salary("Data Engineer", 50_000 + 1_000 * number) for number in range(40)]
    analysts = [salary("Data Analyst", 40_000 + 1_000 * number, country="DE") for number in range(12)]
    hidden = [salary("Data Analyst", 30_000 + 1_000 * number, country="FR") for number in range(5)]
    path = write_csv(tmp_path / "a.csv", [SALARIES, *engineers, *analysts, *hidden])
    return import_file(Request(path)).snapshot


def page(client, address, status=200, **more):
    response = client.get(address, **more)
    assert response.status_code == status
    return response.content.decode()


def test_a_source_at_a_glance_names_label_n_and_what_it_cannot_say(snapshot, client):
    text = page(client, PAGE)
    assert "imported data" in text and "Postings by country" in text and "n = 52" in text
    assert "Data to 2023" in text, "its rows state years, so no day is named"
    assert "What this source cannot say" in text and "Degrees asked for" in text


def test_every_measure_has_a_page_without_a_template_of_its_own(snapshot, client):
    for name, measure in MEASURES.items():
        text = page(client, f"{PAGE}{name}/")
        assert measure.title in text and "What it means" in text
        assert any(words in text for words in ("cannot say", "Cite this figure", "Nothing can be shown")), (
            name
        )


def test_a_figure_has_its_sentence_chart_table_interval_and_base(snapshot, client):
    text = page(client, f"{PAGE}countries/")
    assert "United States has 70.2% of the postings that say" in text
    assert "n = 52 postings" in text and "percent of postings with a country" in text
    assert "95 % interval" in text
    assert f"/jobs/figures/{snapshot.short_hash}/countries.svg?v=" in text
    assert "data to 2023" in text


def test_few_postings_are_grey_and_say_so_and_fewer_are_hidden_and_counted(snapshot, client):
    text = page(client, f"{PAGE}countries/")
    assert text.count('class="is-low"') == 1 and "low n: fewer than 30" in text
    assert "France" not in text.split("The figures")[1].split("What it means")[0]
    assert "1 group of fewer than ten postings, 5 together" in text


def test_filters_stand_in_the_address_and_can_be_let_go_one_by_one(snapshot, client):
    text = page(client, f"{PAGE}countries/?country=DE&position=data-analyst")
    assert "n = 12 postings" in text and '<option value="DE" selected>Germany' in text
    assert '?source=ai-jobs-salaries&amp;position=data-analyst"' in text
    assert "countries.csv?v=" in text and "country=DE" in text.split("countries.csv")[1][:60]


def test_what_filters_leave_too_little_of_is_not_shown(snapshot, client):
    text = page(client, f"{PAGE}countries/?country=FR")
    assert "Nothing can be shown" in text and "5 postings in groups of fewer than ten" in text
    assert "No posting of this source is left" in page(client, f"{PAGE}countries/?country=JP")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("country=Atlantis", "country=&#x27;Atlantis&#x27;: use a two-letter country code"),
        ("year=soon", "year=&#x27;soon&#x27;: use a year"),
        ("pay_floor=-1", "pay_floor=&#x27;-1&#x27;: use whole US dollars"),
        ("colour=red", "&#x27;colour&#x27; is not a filter"),
        ("source=nobody", "source=&#x27;nobody&#x27;: use one of ai-jobs-salaries"),
        ("country=%3Cscript%3E", "&lt;script&gt;"),
    ],
)
def test_a_wrong_filter_is_named_with_its_remedy(snapshot, client, query, said):
    text = page(client, f"{PAGE}countries/?{query}", status=400)
    assert said in text and "Cite this figure" not in text and "<script>&" not in text


def test_two_wrong_filters_are_both_named(snapshot, client):
    text = page(client, f"{PAGE}countries/?country=XX&year=1", status=400)
    assert "country=&#x27;XX&#x27;" in text and "year=&#x27;1&#x27;" in text


def test_htmx_gets_the_part_and_an_address_without_empty_filters(snapshot, client):
    address = f"{PAGE}countries/?source=ai-jobs-salaries&country=US&year=&position=&sort=label"
    response = client.get(address, headers=HTMX)
    text = response.content.decode()
    assert "<html" not in text and text.lstrip().startswith('<div id="market">')
    pushed = f"{PAGE}countries/?source=ai-jobs-salaries&country=US&sort=label"
    assert response.headers["HX-Push-Url"] == pushed and "HX-Request" in response.headers["Vary"]
    assert "<html" in page(client, address, headers=HTMX | {"HX-History-Restore-Request": "true"})


def test_rows_stand_in_the_order_asked_for(snapshot, client):
    def order(sort):
        text = page(client, f"{PAGE}countries/?sort={sort}").split("<tbody>")[1]
        return text.index("Germany") < text.index("United States")

    assert [order("given"), order("value"), order("label"), order("-n"), order("nonsense")] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_a_source_without_the_column_says_what_is_missing(snapshot, client):
    assert "No posting of this snapshot states: education" in page(client, f"{PAGE}education/")


def test_a_series_has_no_postings_to_choose(market, client, tmp_path):
    rows = [["date", "jobcountry", "AI_share_postings"], ["2024-01-01", "US", 2.5]]
    import_file(Request(write_csv(tmp_path / "a.csv", rows)))
    assert "Nothing is imported yet" in page(client, PAGE)
    assert "Nothing is imported yet" in page(client, f"{PAGE}countries/")


def test_a_withdrawn_snapshot_is_shown_nowhere(snapshot, client):
    loading.withdraw(snapshot=snapshot, reason="The licence forbids it.")
    assert snapshot.short_hash not in page(client, f"{PAGE}countries/")


def test_unknown_figures_and_other_methods_are_refused(snapshot, client):
    assert "There are: countries" in page(client, f"{PAGE}colours/", status=404)
    assert client.post(PAGE).status_code == 405
    assert client.post(f"{PAGE}countries/").status_code == 405


def test_hostile_text_of_a_file_is_escaped(market, client, tmp_path):
    path = tmp_path / "<script>alert(1)<script>.csv"
    import_file(Request(write_csv(path, samples.CITY)))
    assert "<script>alert(1)" not in page(client, PAGE)


def test_an_order_that_would_break_a_header_is_written_into_the_address_as_it_should_be(snapshot, client):
    response = client.get(f"{PAGE}countries/", {"sort": "label\nX: y&rows=é"}, headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Push-Url"].endswith("&sort=label%0AX%3A+y%26rows%3D%C3%A9")
