"""What the search finds: every level, requirement, term, article, region and page, as plain text with its address."""

from collections.abc import Mapping, Sequence

from hub.articles import Article
from hub.language import LANGUAGES, Language
from hub.levels.content import Glossary, Levels
from hub.markdown import plain
from hub.requirements.content import RequirementContent
from hub.search import Entry
from hub.site import Site
from hub.survey.facts import RegionFacts


def entries(
    site: Site,
    levels: Levels,
    requirements: RequirementContent,
    glossary: Mapping[Language, Glossary],
    articles: Sequence[Article],
    regions: Sequence[RegionFacts],
) -> Mapping[Language, Sequence[Entry]]:
    """Return what can be found, by language."""
    return {
        language: (
            *_levels(levels, language),
            *_requirements(requirements, language),
            *_terms(glossary[language]),
            *(_article(article) for article in articles if article.language == language),
            *(
                Entry(f"region-{one.code}", "region", one.name, _known(one, language), f"/regioner?region={one.code}")
                for one in regions
            ),
            *(
                Entry(f"page-{page.id}", "page", page.title[language], page.description[language], page.path)
                for page in site.pages
            ),
        )
        for language in LANGUAGES
    }


def _levels(levels: Levels, language: Language) -> list[Entry]:
    found = []
    for id_, by_language in levels.items():
        level = by_language[language]
        lines = (*level.summary, *level.gives, *level.gives_not, *level.gates, *(step.text for step in level.journey))
        text = " ".join(plain(line) for line in lines)
        found.append(Entry(f"level-{id_}", "level", level.name, text, f"/nivaer?niva={id_}"))
        for section in level.sections:
            target = f"/nivaer?niva={id_}&lasare={section.readers[0]}#{section.id}"
            title = f"{level.name}: {section.heading}"
            found.append(Entry(f"level-{id_}-{section.id}", "level", title, plain(section.body), target))
    return found


def _requirements(content: RequirementContent, language: Language) -> list[Entry]:
    words = content.words[language]
    return [
        Entry(
            f"requirement-{one.id}",
            "requirement",
            words.parts[one.part].name,
            f"{words.requirements[one.id].text} {words.requirements[one.id].verify}",
            f"/krav#krav-{one.id}",
        )
        for one in content.requirements
    ]


def _terms(glossary: Glossary) -> list[Entry]:
    return [
        Entry(
            f"term-{term.id}",
            "term",
            term.term,
            f"{term.meaning} {' '.join(term.forms)} {term.other}",
            f"/kunskap/ordlista#ord-{term.id}",
        )
        for term in glossary.terms
    ]


def _known(region: RegionFacts, language: Language) -> str:
    return ". ".join((region.county, *(trace.platform[language] for trace in region.traces)))


def _article(article: Article) -> Entry:
    text = f"{article.lead} {plain(article.body)}"
    return Entry(f"article-{article.slug}", "article", article.title, text, f"/kunskap/{article.slug}")
