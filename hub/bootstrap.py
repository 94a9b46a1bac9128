"""Builds the hub once, from its settings: what every page and route works with."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from hub.articles import Article, read_articles
from hub.call.clips import Clips, read_clips
from hub.call.comparison import Comparison
from hub.call.content import Visits, read_visits
from hub.call.reading import VisitReading
from hub.call.service import Rooms
from hub.clock import utc_now
from hub.database import Database
from hub.drafts import Drafts
from hub.entries import entries
from hub.forum.cards import Cards
from hub.forum.content import ForumContent, read_forum
from hub.forum.digest import Writer
from hub.forum.feeds import Feeds
from hub.forum.finding import Finding
from hub.forum.mailing import Mailings
from hub.forum.moderation import Moderation
from hub.forum.news import News
from hub.forum.places import Places
from hub.forum.reading import Reading
from hub.forum.service import Forum
from hub.glossing import Glossing
from hub.guide.content import GuideContent, read_guide
from hub.guide.reading import GuideReading
from hub.held import Held
from hub.identity.accounts import Accounts
from hub.identity.content import PrivacyWords, read_privacy
from hub.identity.service import Identity
from hub.language import LANGUAGES, Catalogue, Language, read_catalogue
from hub.levels.content import Glossary, Levels, NationalContent, read_glossary, read_levels, read_national
from hub.levels.reading import content_words
from hub.limits import Limits
from hub.live import Topics
from hub.mail import Mail
from hub.markdown import Source
from hub.pages import PageContent, read_pages
from hub.plan.content import PlanWords, StageWords, read_plan, read_stages
from hub.plan.service import Plans
from hub.regions import Regions, read_regions
from hub.requirements.content import RequirementContent, read_requirements
from hub.requirements.reading import RequirementReading
from hub.retention import Retention
from hub.search import Search, read_search_words
from hub.settings import ROOT, Settings
from hub.site import Site, read_site
from hub.sources import check_sources, read_sources, sources_in_words
from hub.survey.answering import Rounds
from hub.survey.content import Questionnaire, read_questionnaires
from hub.survey.mart import Mart
from hub.survey.service import Corrections
from hub.timetable import Job, Timetable


@dataclass(frozen=True)
class Hub:
    """Everything the hub knows and can do."""

    settings: Settings
    version: str
    """Changes whenever a file that is served or shown does."""
    site: Site
    catalogue: Catalogue
    sources: Mapping[Language, Mapping[str, Source]]
    """By language, because an undated source says so in words."""
    guide: GuideContent
    guide_readings: Mapping[Language, GuideReading]
    levels: Levels
    national: Mapping[Language, NationalContent]
    glossary: Mapping[Language, Glossary]
    pages: PageContent
    requirements: RequirementContent
    requirement_readings: Mapping[Language, RequirementReading]
    plan_words: Mapping[Language, PlanWords]
    stage_words: Mapping[Language, StageWords]
    step_stages: Mapping[str, tuple[str, ...]]
    """For each of the guide's roles, the stage that each of its steps belongs to."""
    articles: Sequence[Article]
    glossing: Mapping[Language, Glossing]
    search: Search
    mart: Mart
    corrections: Corrections
    questionnaires: Mapping[int, Questionnaire]
    """By version, the oldest first."""
    rounds: Rounds
    forum_content: ForumContent
    forum_readings: Mapping[Language, Reading]
    forum: Forum
    cards: Cards
    places: Places
    moderation: Moderation
    finding: Finding
    news: News
    mailings: Mailings
    feeds: Feeds
    topics: Topics
    database: Database
    limits: Limits
    drafts: Drafts
    plans: Plans
    visits: Visits
    clips: Clips
    visit_readings: Mapping[Language, VisitReading]
    comparisons: Mapping[Language, Comparison]
    rooms: Rooms
    privacy: Mapping[Language, PrivacyWords]
    regions: Regions
    identity: Identity
    accounts: Accounts
    held: Held
    retention: Retention
    timetable: Timetable


@cache
def build(settings: Settings) -> Hub:
    """Read and check all content, build the mart and return the hub; the same hub for the same settings.

    Raises:
        ContentError: a file in ``content/`` or ``data/`` is wrong; the text names file and place.
        Unavailable: the database does not answer.
    """
    content = settings.content
    retention = Retention(settings)
    catalogue = read_catalogue(content / "locale" / "sv.po")
    sources = read_sources(content)
    check_sources(content, sources)
    in_words = sources_in_words(sources, catalogue)
    guide = read_guide(content / "guide")
    site = read_site(content)
    glossary = read_glossary(content)
    requirements = read_requirements(content / "requirements")
    articles = read_articles(content / "articles")
    database, limits, topics = open_database(settings), Limits(factor=settings.limit_factor), Topics()
    stage_words, step_stages = read_stages(content / "plan")
    regions, privacy = read_regions(content), read_privacy(content / "privacy")
    rules_version = privacy["sv"].rules.version
    levels, national = read_levels(content / "levels"), read_national(content / "levels")
    mart = Mart(ROOT / "data")
    questionnaires = read_questionnaires(
        content, levels=levels, requirements=[one.id for one in requirements.requirements]
    )
    codes = frozenset(region.code for region in mart.regions())
    rounds = Rounds(database, limits, topics, utc_now, questionnaires, codes)
    forum_content = read_forum(content, sources)
    populations = {region.code: region.population for region in mart.regions()}
    forum = Forum(database, limits, topics, utc_now, forum_content, levels=levels, populations=populations)
    search_words = read_search_words(content)
    finding = Finding(database, limits, topics, utc_now, forum_content, search_words)
    identity = Identity(database, limits, settings, utc_now, regions=regions, rules_version=rules_version)
    writer = Writer(catalogue, forum_content, settings.public_url)
    mailings = Mailings(database, limits, utc_now, Mail(settings), writer, identity.member)
    visits = read_visits(content, in_words["sv"])
    level_names = {language: {level: words[language].name for level, words in levels.items()} for language in LANGUAGES}
    return Hub(
        settings=settings,
        version=_version(content),
        site=site,
        catalogue=catalogue,
        sources=in_words,
        guide=guide,
        guide_readings={
            language: _guide_reading(guide, levels, national, in_words[language], catalogue, language)
            for language in LANGUAGES
        },
        levels=levels,
        national=national,
        glossary=glossary,
        pages=read_pages(content / "pages"),
        requirements=requirements,
        requirement_readings={
            language: RequirementReading(
                requirements,
                {layer.value: words.name for layer, words in guide.words[language].layers.items()},
                in_words[language],
                catalogue,
                language,
                content_words(partial(catalogue.text, language)),
            )
            for language in LANGUAGES
        },
        plan_words=read_plan(content / "plan"),
        stage_words=stage_words,
        step_stages=step_stages,
        articles=articles,
        glossing={
            language: Glossing(glossary[language].terms, catalogue.text(language, "What {term} means"))
            for language in LANGUAGES
        },
        search=Search(entries(site, levels, requirements, glossary, articles, mart.regions()), search_words),
        mart=mart,
        corrections=Corrections(database, limits, topics, utc_now, mart),
        questionnaires=questionnaires,
        rounds=rounds,
        forum_content=forum_content,
        forum_readings={
            language: Reading(forum_content, in_words[language], names, regions, catalogue, language)
            for language, names in level_names.items()
        },
        forum=forum,
        cards=Cards(database, limits, utc_now),
        places=Places(database),
        moderation=Moderation(database, limits, topics, utc_now, forum_content),
        finding=finding,
        news=News(database, limits, utc_now, forum_content),
        mailings=mailings,
        feeds=Feeds(database, limits, utc_now, forum_content, catalogue, identity.member),
        topics=topics,
        database=database,
        limits=limits,
        drafts=Drafts(database, limits, utc_now),
        plans=Plans(database, limits, topics, utc_now, readers_may_create=settings.readers_may_create()),
        visits=visits,
        clips=read_clips(content, visits.words.counterpart),
        visit_readings={
            language: VisitReading(
                visits,
                names,
                catalogue,
                language,
                in_words[language],
                content_words(partial(catalogue.text, language)),
            )
            for language, names in level_names.items()
        },
        comparisons={
            language: Comparison(visits, names, catalogue, language) for language, names in level_names.items()
        },
        rooms=Rooms(visits, limits, utc_now),
        privacy=privacy,
        regions=regions,
        identity=identity,
        accounts=Accounts(database, limits, utc_now, regions=regions, rules_version=rules_version),
        held=Held(utc_now),
        retention=retention,
        timetable=Timetable(
            database,
            [
                Job("retention", dt.timedelta(days=1), partial(retention.dispose, database)),
                Job("rounds", dt.timedelta(minutes=10), rounds.close_due),
                Job("forum", dt.timedelta(days=1), lambda _run: {"planted": forum.plant()}),
                Job("forum-changes", dt.timedelta(days=1), finding.trim),
                Job("letters", dt.timedelta(minutes=10), mailings.send_due),
            ],
        ),
    )


def open_database(settings: Settings, *, migrated: bool = True) -> Database:
    """Open the database and, unless told otherwise, bring its tables up to date.

    Raises:
        ContentError: the database was made by a newer version of the hub.
        Unavailable: the database does not answer.
    """
    database = Database(settings.database())
    if migrated:
        database.migrate()
    return database


def _guide_reading(
    guide: GuideContent,
    levels: Levels,
    national: Mapping[Language, NationalContent],
    sources: Mapping[str, Source],
    catalogue: Catalogue,
    language: Language,
) -> GuideReading:
    asks = {level: content[language].ask_inera for level, content in levels.items()}
    return GuideReading(
        guide,
        {**asks, "national": national[language].ask_inera},
        sources,
        catalogue,
        language,
        content_words(partial(catalogue.text, language)),
    )


def _version(content: Path) -> str:
    """Return a short digest of everything a browser or a cache may hold on to."""
    digest = hashlib.sha256()
    folders = (content, ROOT / "web" / "assets", ROOT / "data")
    for file in sorted(file for folder in folders for file in folder.rglob("*") if file.is_file()):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]
