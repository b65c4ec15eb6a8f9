"""A name with an age, and dates of birth."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from tracker.choices import Risk
from tracker.safeguarding.passage import Finding, Passage
from tracker.safeguarding.people import Person
from tracker.safeguarding.words import (
    CHILD,
    CHILD_AGE,
    DATE,
    INSTITUTION,
    MONTHS,
    PERSONAL,
    RELATIVE,
    SOMEONE,
    WORD,
    YEAR,
)

_STEM_AGE = (
    r"(?:двух|тр[её]х|четыр[её]х|пяти|шести|семи|восьми|девяти|десяти|"
    r"(?:один|две|три|четыр|пят|шест|сем|восем|девят)надцати|1?\d-?(?:ти|х|и|ми)?-?\s?)лет"
)
_YEARS_RU = r"(?:-?(?:ти|х|и|ми)?\s)?(?:лет|года?|годика?|годиков|л\.)(?![а-яё])"
# Ages of one person, with whatever words make them so.
_AGE = re.compile(
    rf"(?<!\w)(?:(?P<adjective>{CHILD_AGE}[ -](?:years?|yrs?|yr|months?)[ -]old\b|{CHILD_AGE}[ -]?y\.?\s?/?o\b\.?|"
    rf"\b{_STEM_AGE}н(?:ий|яя|его|ей|ему|юю|им|ем|юю)\b)|"
    rf"(?P<said>{WORD}(?:aged?|at age|age is|age:|age of)\s?:?\s?{CHILD_AGE}|{CHILD_AGE}\s(?:years?|"
    rf"yrs)(?:\sof\sage|\sold)\b|"
    rf"{WORD}(?:turn(?:ed|s|ing)|just turned|celebrated (?:her|his))\s{CHILD_AGE}(?:th|st|nd|rd)?|{CHILD_AGE}(?:th|"
    rf"st|nd|rd)?\sbirthday|"
    rf"{WORD}(?:\w{{4,10}}(?:th|st|nd|rd))\sbirthday|{CHILD_AGE}\s?(?:let|goda)\b|"
    rf"{WORD}(?:is|was|be|became|becomes)\s(?:now\s|only\s|just\s|barely\s|still\s)?{CHILD_AGE}(?=\s?(?:[.,;)]|"
    rf"and\b|when\b|$|now\b|next\b|this\b|last\b|in {MONTHS}|at\b|then\b|but\b))|"
    rf"{WORD}in (?:her|his) \w{{4,12}}th year\b|{WORD}in (?:her|his) (?:early |late )?teens\b|"
    rf"{WORD}(?:ш[её]л|пош[её]л|ид[её]т)\s(?:\w{{1,6}}\s)?\w{{4,14}}(?:ый|ий|ой)\sгод(?=\s?[,.;)]|\sжизни)|"
    rf"\((?:[MF]|male|female|girl|boy|[МЖ]|муж|жен|дев|мал)\b\.?\s?[,/]?\s?{CHILD_AGE}(?=\s?[),;]|\s(?:y|л))|"
    rf"\(\s?1?\d\s?[,/]?\s?[MFМЖ]\)|\(\s?{CHILD_AGE}\s(?:and|и)\s{CHILD_AGE}\s?\)|\bнет\s{CHILD_AGE}(?=[,.;)\s])|"
    rf"{WORD}(?:now|only|just|barely|nearly|almost|всего|только|лишь|почти)\s{CHILD_AGE}(?=\s?[,.;)])|"
    rf"\bat\s(?:just\s|only\s)?{CHILD_AGE}(?=,|\s(?:he|she)\b)|"
    rf"{WORD}(?:girl|boy|child|minor|pupil|survivor|victim|teenager|daughter|son)(?:\sof\s(?:about\s)?|\s?[,(]\s?|"
    rf"\s-\s){CHILD_AGE}(?=\s?[.,;)]|\s(?:who|from|and)\b|$)|"
    rf"{WORD}(?:девочк[аеуи]|девочкой|мальчик(?:а|у|ом)?|девушк[аеуи]|подрост(?:ок|ка|ку)|реб[её]н(?:ок|ка|ку)|"
    rf"доч(?:ь|ери|ка|ке)|сын(?:а|у)?)(?:\s|,\s|\s\(){CHILD_AGE}{_YEARS_RU}|"
    rf"\bвозраст[еу]?\s?[:-]?\s?{CHILD_AGE}(?:{_YEARS_RU})?|"
    rf"{WORD}(?:исполнил(?:ось|ся)|исполнится|исполняется|стукнуло|минуло|стало|будет|ей|ему|которому|которой|было|"
    rf"сейчас|девочке|мальчику|реб[её]нку)\s"
    rf"(?:(?:[а-яё]{{1,10}}|{YEAR})\s){{0,4}}{CHILD_AGE}\b(?!\s(?:руб|тыс|дн|месяц|час|сеанс|консульт|встреч|"
    rf"раз|заняти|документ))|"
    rf"{CHILD_AGE}{_YEARS_RU}\sот\sроду|"
    rf"\b{YEAR}\s?(?:г\.?\s?р\b\.?|года?\sрожд\w{{1,5}}\.?))|"
    rf"(?P<years>(?:{CHILD_AGE}(?:\s(?:and|и|,)\s))?{CHILD_AGE}(?:\s(?:yrs?|years)\b\.?|"
    rf"{_YEARS_RU})(?=\s?(?:[.,;:)\"-]|и\s|$|из\s|прожива|жив[её]т)))|"
    rf"(?P<bare>(?<=,\s)(?:also|then|now|aged|today|only|just|barely|тогда|сейчас|тоже|"
    rf"уже)\s{CHILD_AGE}(?=[,.;)\s])|(?<=\()\s?{CHILD_AGE}(?=\s?[,;)])|(?<=,\s){CHILD_AGE}(?=\s?[,;.)])(?!\.\d)|"
    rf"(?<=-\s){CHILD_AGE}(?=\s?[,;.)])))",
    re.I,
)
# An age that is a limit, a share or a span of time.
_LIMIT = re.compile(
    rf"{WORD}(?:under|over|below|above|than|until|till|from|between|minimum|maximum|least|most|up to|to|or|and|before|"
    r"after|reach\w*|for|in|within|consent|marriage|every|last|past|next|the age of|age limit\w*|raised|lowered|"
    r"до|от|старше|младше|моложе|менее|более|свыше|ниже|не достиг\w*|достиг\w*|после|с|за|через|на|в течение|около|не|"
    r"последни\w+|согласия|минимальн\w+|предельн\w+|статистик\w+|по|и|или|каждые|в|срок\w*|лишени\w+)"
    r"(?:\s(?:the )?(?:age|ages|aged|возраст\w*)(?:\sof)?)?\s?\Z",
    re.I,
)
# What stands before "a 15-year-old", and is a limit: "with" and "of" are none.
_LIMIT_BEFORE = re.compile(
    rf"{WORD}(?:under|over|below|above|than|any|every|each|minimum|maximum|до|старше|младше|моложе|любо\w{{1,2}}|"
    r"кажд\w{2,3})\s(?:an?\s)?\Z",
    re.I,
)
_MANY = re.compile(
    rf"{WORD}(?:children|girls|boys|adolescents|persons|people|those|pupils|students|minors|everyone|anyone|all|"
    r"youth|teenagers|"
    r"women|men|citizens|respondents|victims|survivors|participants|"
    r"дети|детей|детям|детьми|детях|девочек|девочкам|девочками|мальчиков|мальчикам|мальчиками|подростков|"
    r"подросткам|подростками|подростки|лиц|лица|лицам|граждан|"
    r"несовершеннолетних|несовершеннолетним|школьников|учеников|учащихся|людей|тех|всех|женщин|респондентов|"
    r"детск\w+)\b",
    re.I,
)
_MANY_AFTER = re.compile(
    r"[ -]{0,2}(?:and (?:over|above|older|under|younger)|or (?:over|above|older|under|younger)|to \d|-\s?\d|"
    r"и (?:старше|младше|более)|"
    r"old(?:s\b)|(?:old )?(?:\w{2,12}\s)?(?:children|girls|boys|adolescents|pupils|students|minors|teenagers|"
    r"people|persons)\b|"
    r"(?:\w{3,16}\s)?(?:детям|детей|дети|подростк(?:и|ам|ов)|девочкам|мальчикам|девушкам|лиц|лицам|школьникам|"
    r"ученикам)\b|"
    r"ago|of (?:experience|service|work|imprisonment|prison)|imprisonment|in prison|"
    r"назад|лишения|спустя|подряд|опыта|работы|стажа|срок|план|период|программ|стратеги)",
    re.I,
)
# From a name to its age.
_LINK = re.compile(
    r"[\s,(:-]{0,4}(?:(?:who|which|was|is|has|had|now|just|only|then|recently|a|an|the|girl|boy|child|minor|pupil|"
    r"которой|которому|котор\w{2,4}|было|был|была|сейчас|уже|ей|ему|в|мае|его|е[её]|[а-яё]{1,12}|in|this|last|at|"
    rf"{MONTHS}|{YEAR})[\s,(:-]{{1,3}}){{0,6}}\Z",
    re.I,
)
_BARE_LINK = re.compile(r"(?:,\s[a-zа-яё][^\d,.;()]{2,40})?[\s,(:-]{1,3}(?:now\s|only\s|just\s)?\Z")
# "Anna, 12 years" but not "Anna has led it for 12 years": Russian says both with the same words.
_YEARS_LINK = re.compile(
    r"[\s,(:-]{0,4}(?:(?:сейчас|уже|ныне|тогда|всего|только|ему|ей|было|учени\w{1,3}|воспитанни\w{1,3}|школьни\w{1,3}|"
    r"потерпевш\w{2,3}|now|then|only)[\s,]{1,2}){0,3}\Z"
)
# From an age to the name of whose it is.
_BACK = re.compile(
    r"(?:[ -](?:girl|boy|child|pupil|student|survivor|victim|teenager|minor|daughter|son|sister|brother|named|"
    r"called|name|"
    r"ученик\w{0,2}|ученица|ученицы|ученице|девочк\w|мальчик\w?|девушк\w|подростк?\w{1,2}|школьни\w{1,3}|"
    r"дочер\w{1,2}|дочк\w|сын\w{0,2}|"
    r"воспитанни\w{1,3}|потерпевш\w{2,3}|подопечн\w{2,3}|по|имени|жительни\w{1,2}|сестр\w|"
    r"брат\w{0,2})){0,3}[\s,(:\"-]{1,3}\Z",
    re.I,
)
# What somebody does for years.
_SPAN = re.compile(
    rf"{WORD}(?:за|через|на|в течение|последни\w+|работа\w+|руковод\w+|возглавля\w+|занима\w+|служ\w+|длил\w+|"
    r"приговор\w+|for|over|"
    r"in|within|after|during|work\w*|led|served|sentenced)\b",
    re.I,
)
# A form copied in: each answer is a sentence of its own.
_FORM = re.compile(
    r"\b(?:name|full name|имя|фио|ф\.\s?и\.\s?о\.|фамилия)\s?:[^\n]{0,80}?\b(?:age|возраст)\s?:\s?1?\d\b|"
    r"\b(?:age|возраст)\s?:\s?1?\d\b[^\n]{0,40}?\b(?:name|full name|имя|фио|фамилия)\s?:\s?\w",
    re.I,
)
_CLOSE, _NEAR, _SAME_SENTENCE = 40, 60, 140
# Of so many who are named around an age, one is of that age, or nobody.
_NEAREST = 8


def names_with_age(passage: Passage, named: Sequence[Person]) -> Iterator[Finding]:
    """Yield each place where somebody is named with the age of a child, or named as being one."""
    starts = [person.start for person in named]
    for age in _AGE.finditer(passage.text):
        person = None if _is_general(passage, age) else _whose(passage, age, named, starts)
        if person is not None:
            yield passage.finding(Risk.NAME_AND_AGE, min(person.start, age.start()), max(person.end, age.end()))
    yield from _named_children(passage, named)
    for form in _FORM.finditer(passage.text):
        yield passage.finding(Risk.NAME_AND_AGE, form.start(), form.end())


def _is_general(passage: Passage, age: re.Match[str]) -> bool:
    """Tell whether an age is a limit, many people's, or no age at all."""
    before = passage.before(age.start(), 40)
    after = passage.after(age.end(), 40)
    kind = age.lastgroup
    if _MANY_AFTER.match(after) or re.match(r"-\d|\s?[-–]\s?\d|\sto\s\d", after):
        return True
    if kind == "adjective" and _LIMIT_BEFORE.search(before):
        return True
    if kind in ("years", "bare") and _LIMIT.search(before):
        return True
    if kind == "said" and re.search(
        r"\b(?:minimum|consent|under|over|maximum|criminal|согласия)\s(?:\w{2,12}\s)?\Z", before, re.I
    ):
        return True
    if kind == "bare" and re.match(rf",?\s(?:{MONTHS})\b", after, re.I):
        return True
    return bool(_MANY.search(before[-30:])) and kind != "bare"


def _whose(passage: Passage, age: re.Match[str], named: Sequence[Person], starts: Sequence[int]) -> Person | None:
    """Return who is of that age: named right before or after it, or surely named in the same sentence."""
    begin = age.start() - len(passage.before(age.start(), _SAME_SENTENCE))
    end = age.end() + len(passage.after(age.end(), _SAME_SENTENCE))
    one = passage.has(PERSONAL, begin, end)
    near_by = list(named[bisect_left(starts, begin) : bisect_left(starts, end)])
    near_by.sort(key=lambda person: max(person.start - age.end(), age.start() - person.end))
    for person in near_by[:_NEAREST]:
        # An organisation has founders, and an age.
        institution = not one and passage.has(INSTITUTION, max(begin, person.start - _NEAR), person.start)
        if not institution and _is_of(person, age, passage.text, one):
            return person
    return None


def _is_of(person: Person, age: re.Match[str], text: str, one: bool) -> bool:
    """Tell whether `age` is that of `person`, by the words between them; `one` where its sentence is on somebody."""
    kind, first = age.lastgroup, person.end <= age.start()
    between = text[person.end : age.start()] if first else text[age.end() : person.start]
    if kind == "bare":
        if not first or _BARE_LINK.match(between) is None:
            return False
        spoken = not any(letter.isdigit() for letter in age[0]) or len(age[0].split()) > 1
        return person.sure or (not person.placed and (one or spoken))
    if kind != "years" and person.sure:
        return True
    close = one and len(between) <= _CLOSE
    link = _BACK if not first else _YEARS_LINK if kind == "years" else _LINK
    # What lies in one another is as close as what a space parts.
    linked = not person.placed and len(between) <= _NEAR and link.match(between or " ") is not None
    if kind != "years":
        return linked or (close and not person.placed)
    if linked and (person.sure or "," in between or "(" in between or not between.strip()):
        return True
    return person.sure and close and not _SPAN.search(between)


# --- Named as a child

_SOMEONE_OR_LITTLE = re.compile(rf"{SOMEONE.pattern}|{WORD}(?:little|маленьк)", re.I)
_AS_CHILD = re.compile(
    rf"{CHILD}(?:\s?,\s|\s(?:named|called|by the name of|по имени|по фамилии)\s|\s\(|:\s|"
    rf"\s)\s?\Z|\b(?:little|маленьк\w{{2,3}})\s\Z",
    re.I,
)
# Right before a name that no list knows: "the boy Hamid", but not "Child Helpline".
_LITTLE = re.compile(rf"(?-i:(?<=\s)(?=[a-zа-яё])(?:{CHILD}|little|маленьк\w{{2,3}}))\s\Z", re.I)
_AS_PUPIL = re.compile(
    rf"{WORD}(?:pupil|student|schoolgirl|schoolboy|учени[кц]\w{{0,2}}|школьни[кц]\w{{0,2}}|воспитанни[кц]\w{{0,2}}|"
    r"\w{4,12}классни[кц]\w{0,2})\b"
    r"[^.;\n]{0,60}\s\Z",
    re.I,
)
_AS_KIN = re.compile(
    rf"{CHILD}'s\s{RELATIVE}\s?,?\s\Z|\b(?:her|his|е[её]|его)\s{RELATIVE}\s?,\s\Z|"
    rf"{RELATIVE}\s{CHILD}\s?,?\s\Z",
    re.I,
)


def _named_children(passage: Passage, named: Sequence[Person]) -> Iterator[Finding]:
    for person in named:
        if person.placed or not passage.has(_SOMEONE_OR_LITTLE, person.start - 100, person.start):
            continue
        before = passage.before(person.start, 100)
        if not (person.sure or _LITTLE.search(before[-40:])):
            continue
        if _AS_CHILD.search(before) or _AS_PUPIL.search(before) or _AS_KIN.search(before):
            yield passage.finding(Risk.NAME_AND_AGE, person.start, person.end)


# --- Dates of birth

_BORN = re.compile(
    rf"(?:{WORD}(?:d\.?\s?o\.?\s?b\b\.?|date of birth|birth ?date|birthday(?:\s(?:is|was|falls))?|born|"
    rf"turn(?:s|ed|ing)?\s(?:{CHILD_AGE}|eighteen))|\bb\.)"
    rf"[\s:,(-]{{0,4}}(?:(?:is|was|on|in|the|as|given|recorded|of|to|her|him|"
    rf"[\w'-]{{1,16}})[\s:,(-]{{1,3}}){{0,7}}?{DATE}|"
    rf"{WORD}(?:дат[аыеу]\sрожд\w{{0,5}}\.?|рождени[яе]|день\sрождени\w|днём\sрождени\w|д\.?\s?р\.|род\.|"
    rf"родил(?:ся|ась)|появил(?:ся|ась) на свет|совершеннолети\w|исполнится\s(?:1?\d|восемнадцать)|родивш(?:ийся|"
    rf"аяся|егося|ейся|емуся|уюся)|рожд[её]нн?(?:ый|ая|ого|ой|ому|ую|а)?|рожд\.)"
    rf"[\s:,(-]{{0,4}}(?:[а-яё]{{1,14}}[\s:,(-]{{1,3}}){{0,5}}{DATE}|"
    rf"\bгод(?:а|у)?\sрождения(?:\s[а-яё]{{2,14}}){{0,2}}[\s:-]{{1,3}}{YEAR}|"
    rf"\byear of birth[\s:-]{{1,3}}(?:is\s)?{YEAR}",
    re.I,
)
# After the date: 12.12.2007 г.р.
_OF_BIRTH = re.compile(
    r"(?:\bг\.?|\bгода?|(?<=\d))?,?\s?(?:(?<!\w)г\.?\s?р\b\.?|(?<=\d)г\.?\s?р\b\.?|\bрожд\w{1,5})", re.I
)
_DATE_BEFORE = re.compile(rf"{DATE}\s?\Z", re.I)
_BORN_IN = re.compile(
    rf"\b(?:она|он)\s{YEAR}\s?(?:г\.?\s?р\b|года?\sрожд)|\b(?:she|he) was born in {YEAR}|"
    rf"{CHILD}[\s,(]{{1,3}}(?:(?:was\s)?(?:born\sin|b\.|р\.)\s{YEAR}|{YEAR}\s?(?:г\.?\s?р\b|года?\sрожд)|"
    rf"(?:родил\w{{2,3}}\s)?в\s{YEAR}\s?г\w{{0,3}}\.?\sрожд)",
    re.I,
)
_COHORT = re.compile(
    rf"{WORD}(?:after|before|between|or|since|earlier|later|после|до|не ранее|не позднее|с|по)\b", re.I
)


def birth_dates(passage: Passage) -> Iterator[Finding]:
    """Yield dates on which somebody was born; not those from which a law counts whoever is born."""
    for pattern in (_BORN, _BORN_IN):
        for found in pattern.finditer(passage.text):
            before = passage.before(found.start(), 30)
            many = _MANY.search(before) and not re.search(r"\b(?:was|is)\s\Z", before, re.I)
            if not _COHORT.search(found[0]) and not many:
                yield passage.finding(Risk.BIRTH_DATE, found.start(), found.end())
    for found in _OF_BIRTH.finditer(passage.text):
        day = _DATE_BEFORE.search(passage.before(found.start(), 40))
        if day is not None and not _MANY.search(passage.before(found.start(), 60)):
            yield passage.finding(Risk.BIRTH_DATE, found.start() - len(day[0]), found.end())
