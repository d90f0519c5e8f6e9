"""Reading skills from texts: names, doubtful names, traps of other languages, places and reasons."""

from __future__ import annotations

import pytest

from jobs_data.skills import Match, explain, extract


def found(text: str) -> list[str]:
    return [match.skill_id for match in extract(text)]


def rules(text: str) -> dict[str, str]:
    return {match.skill_id: match.rule for match in extract(text)}


def test_a_match_tells_skill_place_surface_and_rule() -> None:
    assert extract("We use PyTorch daily.") == [Match("pytorch", 7, 14, "PyTorch", "name")]


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("C/C++/Python", ["c", "cpp", "python"]),
        ("C#/.NET and ASP.NET Core", ["csharp", "dotnet", "dotnet"]),
        ("HTML5/CSS3, Node.js", ["html", "css", "nodejs"]),
        ("CI/CD with Docker", ["ci-cd", "docker"]),
        ("scikit-learn, scikit learn, sklearn and Scikit_Learn", ["scikit-learn"] * 4),
        ("Spring Boot and React Native", ["spring-boot", "react-native"]),
        ("Machine\nlearning and large-language models", ["machine-learning", "llm"]),
        ("T-SQL, PL/SQL, SQL Server", ["tsql", "plsql", "sql-server"]),
        ("Python's ecosystem", ["python"]),
        ("Ｐｙｔｈｏｎ und Ｃ＋＋", ["python", "cpp"]),
        ("Kubernetes\u00a0/\u00a0Docker", ["kubernetes", "docker"]),
        ("A/B testing of recommender systems", ["ab-testing", "recommender-systems"]),
    ],
)
def test_names_are_found_however_they_are_joined(text: str, skills: list[str]) -> None:
    assert found(text) == skills


@pytest.mark.parametrize(
    "text",
    [
        "",
        "We trust scalable storage and arrays.",  # rust, scala, rag, ray
        "Salário de R$ 5.000,00 a R$7.500",
        "Remuneração: R$5.000 + benefícios",
        "C'est une équipe à Paris. C’est clair.",
        "C est le moment de nous rejoindre",
        "Responsável pela área de R&D e P&D",
        "Il caffè e la Scala di Milano",
        "Die Go-to-Market-Strategie verantworten",
        "example.net and internet access, net income",
        "code c\u0327a va",  # a letter c with a combining cedilla is not the letter c
        "Acme SAS recrute un comptable (100 ml, en visio)",
        "Pascal et Claude, au tableau",
        "sas is the plural of sa here, and bert and rest are words",
    ],
)
def test_lookalikes_in_any_language_are_not_skills(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "skills"),
    [
        ("Desenvolvedor C# Sênior: conhecimentos em R e SQL; salário R$ 9.000,00", ["csharp", "r", "sql"]),
        ("Développeur C embarqué, maîtrise de Go", ["c", "go"]),
        ("Kenntnisse in C und C++; Excel-Kenntnisse", ["c", "cpp", "excel"]),
        ("Conocimientos de Excel y Access", ["excel", "access"]),
        ("Excel avançado é obrigatório", ["excel"]),
    ],
)
def test_other_languages_ask_for_skills_in_their_own_words(text: str, skills: list[str]) -> None:
    assert found(text) == skills


def test_names_inside_other_words_are_not_found() -> None:
    assert found("AJAX") == ["ajax"]
    assert found("JavaScript") == ["javascript"]
    assert found("We pay storage and Goethe reads Rustic poems") == []


def test_longer_names_win_and_matches_never_repeat_their_words() -> None:
    assert found("Apache Spark Streaming") == ["spark"]
    assert found("Microsoft Excel") == ["excel"]


@pytest.mark.parametrize(
    ("text", "skill", "rule"),
    [
        ("AWS", "aws", "case"),
        ("R developer", "r", "after: developer"),
        ("experience with R", "r", "before: experience with"),
        ("Python, R", "r", "list: python"),
        ("Rare tool, Unknown, R, SQL", "r", "list: sql"),
        ("Python, Cobalt, R", "r", "list: python"),
        ("we do statistical work, often by R", "r", "sentence: statistical"),
        ("you know how Spark works", "spark", "capital inside a sentence"),
        ("Requirements\n• React\n• patience", "react", "a line of its own"),
        ("python r sql", "r", "list: python, sql"),
        ("Word and Excel, PowerPoint", "word", "list: powerpoint"),
    ],
)
def test_each_kind_of_evidence_lets_a_doubtful_name_in_and_is_told(text: str, skill: str, rule: str) -> None:
    assert rules(text)[skill] == rule


@pytest.mark.parametrize(
    ("text", "skill", "reason"),
    [
        ("Go ahead and apply", "go", "part of “go ahead”"),
        ("You make things", "make", "not written as the skill is"),
        ("Go is a game", "go", "nothing beside it says that the skill is meant"),
        ("Samuel R. Jackson knows Python", "r", "an initial of a person's name"),
        ("a C-rated movie about Python", "c", "part of a hyphenated word"),
    ],
)
def test_a_refused_name_tells_its_reason(text: str, skill: str, reason: str) -> None:
    matches, refusals = explain(text)
    assert skill not in {match.skill_id for match in matches}
    assert [one.reason for one in refusals if one.skill_id == skill] == [reason]


def test_based_behind_a_hyphen_leaves_the_name_alone() -> None:
    assert "r" in found("R-based statistical reports")


def test_evidence_ends_with_the_sentence() -> None:
    assert "r" not in found("We love statistics. R is a letter.")


def test_evidence_spreads_along_a_list_of_doubtful_names() -> None:
    assert found("Rust, Swift, Go, Scala, Kotlin") == ["rust", "swift", "go", "scala", "kotlin"]


def test_explain_finds_what_extract_finds() -> None:
    text = "Go ahead: Python, R, Excel and R&D"
    assert explain(text)[0] == extract(text)
