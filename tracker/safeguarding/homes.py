"""Where somebody lives, and where somebody goes to school."""

import re
from collections.abc import Iterator, Sequence

from tracker.choices import Risk
from tracker.safeguarding.passage import Finding, Passage, any_between
from tracker.safeguarding.people import Person
from tracker.safeguarding.words import CHILD_RE, HOUSE_WORDS, INSTITUTION, NUMBER_WORDS, PERSONAL, SOMEONE, WORD

# --- Addresses

_NR = rf"(?:\d{{1,4}}\s?(?:[/-]\s?\d{{1,4}}|[A-Za-zА-Яа-я]\b)?|\b{HOUSE_WORDS}\b)"
_CAP = r"[^\W\d_a-zа-яё][\w'.-]{1,20}"
_STREET_EN = (
    r"(?:street|st\b\.?|road|rd\b\.?|avenue|ave\b\.?|lane|drive|close|crescent|court|square|terrace|gardens|"
    r"boulevard|blvd|"
    r"place|row|way|grove|estate|mews|hill|highway|alley|quay|walk|park road|soi|jalan|marg|nagar)"
)
_STREET_RU = (
    r"(?:ул\.|улиц[аеыу]|улицей|пр-т\w?|пр-кт\w?|просп\.|проспект\w{0,2}|пер\.|переул(?:ок|ке|ка)|"
    r"бульвар\w{0,2}|б-р|бул\.|шоссе|"
    r"наб\.|набережн\w{2,3}|проезд\w?|тупик\w?|аллея|мкр\w{0,2}\.?|мкрн\.?|микрорайон\w?|квартал\w?|пл\.|площад[ьи]|"
    r"просп|ул|пер|мкр|ulitsa|ul\.|per\.|prospe[ck]t|pr-t|mkr\.?)"
)
_HOUSE_RU = rf"(?:(?:д\.|дом\w?|номер|d\.|dom|стр\.|вл\.|корп\.|корпус)\s?[№]?\s?)?{_NR}"
_STREETS = re.compile(
    # 14 Acacia Avenue; Acacia Avenue 14
    rf"(?:\b(?:no\.?\s?)?\d{{1,4}}[A-Za-z]?(?:[/-]\d{{1,4}})?,?\s(?:{_CAP}\s){{1,3}}(?i:{_STREET_EN})(?!\w)|"
    rf"(?<!\w)(?:{_CAP}\s){{1,3}}(?i:{_STREET_EN}),?\s(?:(?i:no\.?|house|flat|building|"
    rf"apt\.?)\s?)?\d{{1,4}}(?![\d,]\d)|"
    # Street No. 5, house 12
    rf"\b(?i:street|road|lane|sector|phase|ward|block|zone|tower|house|plot|"
    rf"flat)\s(?:(?i:no\.?)\s?)?[A-Z]?\d{{1,3}}[A-Z]?,\s(?i:house|plot|"
    rf"room|flat|door|lot|lane|road|street|tower|block)\s(?:(?i:no\.?)\s?)?\d{{1,4}}|"
    # ул. Садовая, д. 18; пр-т Абая 117-36; Лесной переулок, дом пять
    rf"(?<![\w])(?i:{_STREET_RU})\s?\"?[^\W\d_a-zа-яё][\w.-]{{1,24}}(?:\s[^\W\d_]{{2,24}}){{0,2}}\"?\s?,?\s?(?i:{_HOUSE_RU})|"
    rf"(?<![\w])(?i:{_STREET_RU})\s?\d{{1,3}}(?:-?[а-я]{{1,3}})?(?:\s[^\W\d_]{{2,24}}){{0,3}}\s?,\s?(?i:{_HOUSE_RU})|"
    rf"(?<![\w])[^\W\d_a-zа-яё][\w-]{{2,24}}\s(?i:{_STREET_RU})\s?,?\s?(?i:{_HOUSE_RU}))"
)
# A part of a building that only a home has.
_FLAT = re.compile(
    rf"{WORD}(?:flat|apartment|apt\.?|unit|room|house|plot|hut|door),?\s?(?:no\.?|number|#|№)?\s?{_NR}(?![\d,]\d)|"
    rf"(?<!\w)(?:кв\.|кварт\.|квартир[аеыу]|kv\.|kvartira)\s?[№]?\s?{_NR}|"
    rf"(?<!\w)(?:дом|доме|д\.)\s?№?\s?{_NR}\s?,\s?(?:кв\.|квартир[аеыу]|корпус|корп\.|комнат[аеыу]|подъезд)|"
    r"\b(?:purok|blk|block|lot|brgy|barangay|sitio|phase)\b\.?\s?\w{1,20},?\s(?:\w{1,12}\s)?(?:purok|blk|block|"
    r"lot|brgy|barangay|sitio|phase|street|st)\b",
    re.I,
)
# Садовая, 14: in a text on somebody, a street that does not say that it is one.
_STREET_BARE = re.compile(
    r"(?<!\w)[А-ЯЁ][а-яё]{2,20}(?:ая|ую|ой),\s(?:д\.\s?)?\d{1,3}[А-Яа-я]?(?:\s?[-/,]\s?(?:кв\.?\s?)?\d{1,3})?(?=\s?[.,;)]|$)"
)
_LIVES = re.compile(
    rf"{WORD}(?:home address|residential address|address of the (?:child|family|girl|boy|minor)|(?:her|his|"
    r"their) address(?: is)?|"
    r"address:|rent(?:s|ed|ing)?|lives?|living|resid(?:es?|ing)|stays|staying|lodges|lodging|moved (?:to|into)|"
    r"home is|house is|"
    r"registered at|visit (?:her|him|them) at|"
    r"адрес\w{0,2}|снима[а-яё]{1,3}|прожива\w{2,6}|жив[её]т|живут|жил[аи]?|прописан\w?|зарегистрирована?\b|"
    r"переехал\w?|посел\w{2,5}|"
    r"место жительства|по месту жительства:)\b:?",
    re.I,
)
_HOUSE_SAID = re.compile(
    rf"\b(?:street|road|lane|avenue|house|flat|apartment|block|plot|building|compound|close|estate|village)\b,?\s"
    rf"(?:no\.?\s?|number\s)?{_NR}|\b(?:house|door|number|no\.?|plot|block|flat|hut)\s{_NR}\b|\bat\s{_NR},?\s[A-Z]|"
    r"[^\W\d_a-zа-яё]\w{2,20}\s(?:street|road|lane|avenue|estate|close)\b|"
    rf"(?<!\w)(?:дом\w?|д\.|кв\.|квартир\w|общежити\w|комнат\w|корпус\w?|барак\w?)\s?(?:№|номер)?\s?{_NR}|"
    rf"[^\W\d_a-zа-яё][\w-]{{3,20}},?\s(?:д\.\s?)?\d{{1,3}}(?:[-/]\d{{1,3}})?(?=\s?(?:[.,;)](?!\d)|$))|"
    rf"(?<!\w){_STREET_RU}\s?[^\W\d_a-zа-яё]\w{{2,24}}|[^\W\d_a-zа-яё]\w{{2,24}}\s{_STREET_RU}(?!\w)",
)


def addresses(passage: Passage) -> Iterator[Finding]:
    """Yield where somebody lives: a street with a house, a flat; not where an office has its seat."""
    for found in _FLAT.finditer(passage.text):
        place = found.start(), found.end(), 100
        if not re.match(r"(?:flat|room|unit|door|house|plot|hut)\b", found[0], re.I) or (
            passage.near(PERSONAL, *place) and not passage.near(INSTITUTION, *place)
        ):
            yield passage.finding(Risk.ADDRESS, found.start(), found.end())
    for found in _STREETS.finditer(passage.text):
        place = found.start(), found.end(), 120
        if not passage.near(INSTITUTION, *place) or passage.near(SOMEONE, *place) or passage.near(_FLAT, *place):
            yield passage.finding(Risk.ADDRESS, found.start(), found.end())
    for found in _STREET_BARE.finditer(passage.text):
        place = found.start(), found.end(), 100
        if passage.near(SOMEONE, *place) and not passage.near(INSTITUTION, *place):
            yield passage.finding(Risk.ADDRESS, found.start(), found.end())
    for found in _LIVES.finditer(passage.text):
        said = _HOUSE_SAID.search(passage.after(found.end(), 90))
        if said is not None and not passage.near(INSTITUTION, found.start(), found.end(), 60):
            yield passage.finding(Risk.ADDRESS, found.start(), found.end() + said.end())


# --- Schools

_SCHOOL = re.compile(
    r"(?<!\w)(?:(?:[^\W\d_a-zа-яё][\w'.-]{1,20}\s){1,4}(?:(?:primary|secondary|high|grammar|comprehensive|"
    r"boarding|middle|"
    r"elementary|junior|senior|special|public|day|Primary|Secondary|High|Grammar|Comprehensive|Boarding|Middle|"
    r"Elementary|"
    r"Junior|Senior|Special|Day|Girls'?|Boys'?)\s){0,2}(?:[Ss]chool|[Aa]cademy|[Cc]ollege|[Ll]yceum|"
    r"[Gg]ymnasium|[Kk]indergarten|[Nn]ursery|"
    r"[Mm]adrasa|[Oo]rphanage|High|Elementary|Primary|Comprehensive|Secondary)\b|"
    r"(?i:school|lyceum|gymnasium|kindergarten|boarding school|p\.?s\.?|college|orphanage)\s(?:(?i:no|number|"
    r"nr)\b\.?|[№#])\s?\d{1,4}|"
    r"[А-ЯЁ](?!ысш)[а-яё]{3,20}(?:ой|ую|ая|ого|ом|ий)\s(?:[а-яё]{4,14}\s)?(?:школ\w{1,2}|гимнази\w|лице\w{1,2}|"
    r"интернат\w?)\b|"
    r"(?i:школ(?:а|у|е|ой|ы)|школ\w{1,3}-интернат\w{0,2}|с(?:ш|ош)|оош|гимнази\w{1,3}|лице\w{1,3}|интернат\w{0,2}|"
    r"мбоу|маоу|гбоу|кгу|"
    r"детск\w{2,3}\s(?:сад\w{0,2}|дом\w{0,2})|детсад\w{0,2}|садик\w?|д/с|училищ\w{1,2}|колледж\w{0,2}|"
    r"техникум\w{0,2}|кадетск\w{2,3} корпус\w{0,2}|пту)"
    r"(?:\s(?i:поселка|посёлка|села|города|имени|им\.))?"
    r"(?:\s?[№#N]\s?\d{1,4}|\s\"[^\"\n]{2,40}\"|-интернат\w{0,2}\s?№?\s?\d{0,4}|\s(?i:номер)\s\w{1,12}|"
    r"\s\d{1,4}(?![\d\s]*(?:класс|лет|мест|реб|дет|учен))\b|\s[^\W\d_a-zа-яё][\w-]{2,24})|"
    r"\b\d{1,4}-?(?:я|й|ю|ей|ой|ом)\s(?:школ\w{1,2}|гимнази\w|лице\w))"
)
_CLASS = re.compile(
    rf"{WORD}(?:year|grade|class|form|standard|std|primary)\.?\s(?:(?:\d|1[0-3])(?!\d)(?:\s?[A-Ha-h])?\b|"
    rf"{NUMBER_WORDS}\b|[IVX]{{1,4}}\b)|"
    r"\b[PS]\.?\s?[1-7]\b(?= (?:at|of|in) [A-Z])|"
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|"
    rf"twelfth)[ -](?:grade|year|form|class)(?:r|rs)?\b|"
    r"\b(?:\d{1,2})(?:-?[а-яё]{1,3})?\s?-?\s?\"?[А-Иа-и]?\"?\s?(?:-?м|-?й|-?го)?\s?класс(?!\w{3})\w{0,2}|"
    r"\b\d{1,2}\s?-?\s?\"[А-И]\"|\(\d{1,2}\s?-?\s?\"?[А-И]\"?\)|"
    rf"{WORD}(?:перв|втор|трет|четв[её]рт|пят|шест|седьм|восьм|девят|десят|"
    r"одиннадцат)\w{1,3}\s(?:\"?[А-Иа-и]\"?\s)?класс(?!\w{3})\w{0,2}|"
    rf"{WORD}(?:перво|второ|третье|четверо|пяти|шести|семи|восьми|девяти|десяти|одиннадцати)класс?ни[кц]\w{{0,2}}|"
    r"\b(?:kindergartner|sixth-former)\b",
    re.I,
)
_LETTERED = re.compile(
    r"\b(?:year|grade|class|form|standard)\s\d{1,2}\s?[A-H]\b|\b\d{1,2}\s?-?\s?\"?[А-И]\"?\s?(?:-?м|"
    r"-?й)?\s?класс|\b\d{1,2}\s?-?\s?\"[А-Иа-и]\""
)
_CLASSES = re.compile(r"\bклассах|\bклассов|\bклассы|\bклассам|\bgraders|\d\s?-\s?\d{1,2}\s?класс", re.I)
_STUDIES = re.compile(
    rf"{WORD}(?:attend(?:s|ed|ing)|go(?:es)? to|going to|went (?:back )?to|stud(?:ies|ied|ying)|enrol\w*|start(?:s|ed)|"
    r"returned to|back (?:at|in)|"
    r"walks to|transferred to|classmates?|class teacher|form tutor|headteacher|head teacher|pupil|student|expelled|"
    r"учится|учил(?:ся|ась)|обучается|обучал\w{2,3}|посеща\w{2,4}|ходит|ходил\w?|зачислен\w?|переведен\w?|"
    r"перев[её]л\w{0,2}|"
    r"вернул(?:ся|ась)|поступил\w?|классн\w{2,3} руководител\w{1,2}|одноклассни\w{1,3}|"
    r"(?:учени|школьни|воспитанни)(?:к|ка|ку|ком|ца|цы|це|цу|цей)|оканчива\w{2}|окончил\w?|пош[её]л|пошла|"
    r"уч(?=\.\s\d))\b",
    re.I,
)
_TO = re.compile(r"\b(?:at|to|from|of)\s(?:the\s)?\Z|\b(?:в|во|из)\s\Z")
_AT_SCHOOL = re.compile(r"\s(?:at|of)\s(?:the\s)?[A-Z]\w")
_PUPIL_SAID = re.compile(rf"{WORD}(?:her|his|she|he|ей|ему|е[её]|его|она|он)\b", re.I)
_MANY_PUPILS = re.compile(
    rf"{WORD}(?:pupils|students|children|graduates|teachers|ученики|учеников|школьников|школьники|учащиеся|учащихся|"
    r"дети|детей|педагог\w*)\b",
    re.I,
)


def schools(passage: Passage, named: Sequence[Person]) -> Iterator[Finding]:
    """Yield schools and classes that somebody in particular goes to; not schools as such."""
    starts = [person.start for person in named if person.sure and not person.placed]
    for found in _SCHOOL.finditer(passage.text):
        near = passage.span(found.start(), found.end())
        general = passage.has(_MANY_PUPILS, *near)
        learns = passage.has(_STUDIES, *near)
        in_class = passage.has(_CLASS, *near) and not passage.has(_CLASSES, *near)
        said = passage.has(_PUPIL_SAID, *near) and not general
        there = _TO.search(passage.before(found.start(), 20)) is not None
        by_name = any_between(starts, near[0], found.start()) or any_between(starts, found.end(), near[1])
        if (
            passage.has(CHILD_RE, *near)
            or (in_class and not general and (learns or said))
            or ((learns or there) and (by_name or said or passage.has(SOMEONE, *near)))
        ):
            yield passage.finding(Risk.SCHOOL, found.start(), found.end())
    for found in _CLASS.finditer(passage.text):
        near = passage.span(found.start(), found.end(), 100)
        if passage.has(_CLASSES, *near):
            continue
        there = _AT_SCHOOL.match(passage.after(found.end(), 30)) is not None or passage.has(_LETTERED, *near)
        child = passage.has(CHILD_RE, *near)
        said = child or passage.has(_PUPIL_SAID, *near)
        learns = child or passage.has(_STUDIES, *near)
        if (said and there) or (learns and any_between(starts, *near)):
            yield passage.finding(Risk.SCHOOL, found.start(), found.end())
