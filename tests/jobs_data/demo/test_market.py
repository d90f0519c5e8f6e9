"""The demo set on the pages of counted figures: labelled, never in one figure with imported rows."""

from __future__ import annotations

from jobs_data.importing import Request, import_file
from tests.jobs_data.samples import SALARIES, salary, write_csv


def test_imported_and_generated_postings_never_share_a_figure(few_postings, client, tmp_path):
    rows = [salary("Data Engineer", 50_000 + 1_000 * number) for number in range(12)]
    import_file(Request(write_csv(tmp_path / "a.csv", [SALARIES, *rows])))
    imported = client.get("/jobs/market/countries/").content.decode()
    assert "n = 12 postings" in imported and "nobody posted these jobs" not in imported
    generated = client.get(f"/jobs/market/countries/?source={few_postings.source.slug}").content.decode()
    assert "generated demo data: nobody posted these jobs" in generated and "n = 12 postings" not in generated
    assert "Generated demo postings</option>" in imported.split("</select>")[0]
