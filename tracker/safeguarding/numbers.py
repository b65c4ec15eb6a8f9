"""Ways to reach somebody, and numbers under which somebody is filed: telephones, e-mail, cases, personal documents."""

import re
from collections.abc import Iterator
from itertools import chain

from tracker.choices import Risk
from tracker.safeguarding.passage import Finding, Passage
from tracker.safeguarding.words import DATE, PERSONAL, RELATIVE_RE, SOMEONE, WORD

# --- E-mail

_DOT = r"(?:\s?[\[({<]\s?(?:dot|точка|тчк|\.)\s?[\])}>]\s?|\s(?:dot|точка|тчк)\s|\s?\.)"
_SPOKEN_DOT = r"(?:\s?[\[({<]\s?(?:dot|точка|тчк|\.)\s?[\])}>]\s?|\s(?:dot|точка|тчк)\s)"
_AT = r"(?:\s?[\[({<]\s?(?:at|собака|эт|@|a|арроба)\s?[\])}>]\s?|\s?@\s?|\sсобака\s)"
_EMAIL = re.compile(
    rf"(?<![\w.+-])([\w.+-]{{1,64}}){_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{2,24}}){{1,4}}|"
    rf"(?<![\w.+-])([\w.+-]{{1,64}})\sat\s[\w-]{{1,63}}(?:{_SPOKEN_DOT}[\w-]{{2,24}}){{1,4}}",
    re.I,
)
# Boxes of an office, read by whoever is on duty.
_OFFICE = re.compile(
    r"(?:info|office|contact|press|media|mail|secretariat|helpline|hotline|help|support|admin|reception|enquir\w+|"
    r"inquir\w+|editor\w*|publications?|research|data|communications?|registry|ohchr\w*|crc|children|priemn\w+|"
    r"pressa|obr\w*|kanc\w*|sekretariat|doverie|hr|team|hello|general|report|safeguarding)(?:[._-]\w{1,20})?",
    re.I,
)

# A name under which somebody writes to others, on a site where persons do.
_HANDLE = re.compile(
    r"(?<![\w.@/+-])@[a-z][\w.]{2,29}|\b(?:vk\.com|t\.me|instagram\.com|facebook\.com|ok\.ru|tiktok\.com|"
    r"snapchat\.com)/[\w.@/-]{3,40}|"
    r"\b(?:nick(?:name)?|handle|username|login|skype|snapchat|discord|instagram|telegram|ник\w{0,3}|логин\w?|"
    r"скайп\w?)\b"
    r"[\s:\"(-]{1,3}(?:is\s|-\s)?(?=[a-z.]{0,25}[\d_])[a-z][\w.]{3,30}",
    re.I,
)
_OWN_HANDLE = re.compile(
    rf"{WORD}(?:her|his|е[её]|его)\s(?:[\w-]{{2,12}}\s)?(?:telegram|instagram|facebook|tiktok|snapchat|discord|skype|vk|"
    r"account|handle|nick\w*|"
    r"profile|page|телеграм\w?|инстаграм\w?|аккаунт\w?|ник\w{0,3}|страниц\w|профил\w)\b",
    re.I,
)


def emails(passage: Passage) -> Iterator[Finding]:
    """Yield e-mail addresses of persons, also where signs are spelt out, and a child's handles; not an office's."""
    for found in _EMAIL.finditer(passage.with_addresses):
        if not _OFFICE.fullmatch(found[1] or found[2]):
            yield passage.finding(Risk.EMAIL, found.start(), found.end())
    for found in _HANDLE.finditer(passage.with_addresses):
        place = found.start(), found.end()
        if passage.near(SOMEONE, *place) or passage.near(_OWN_HANDLE, *place):
            yield passage.finding(Risk.EMAIL, found.start(), found.end())


# --- Telephones

_NUMBER = re.compile(r"(?<![\w/№#])(?<!\d[.,])\(?[+]?\d(?:[ ().-]{0,3}\d){4,16}(?![\w/%])(?![.,]\d)")
_DIGIT_WORD = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|"
    r"ноль|нуль|один|два|три|четыре|пять|шесть|семь|восемь|девять)"
)
_SPELT = re.compile(rf"\b{_DIGIT_WORD}(?:[ ,-]{{1,2}}{_DIGIT_WORD}){{5,14}}\b", re.I)
_NO_PHONE = re.compile(
    r"\d{1,2}[./]\d{1,2}[./]\d{2,4}\Z|\d{1,2}-\d{1,2}-(?:19|20)\d{2}\Z|\d{4}-\d{2,4}\Z|\d{4}-\d{2}-\d{2}\Z|"
    r"\d{1,3}(?: \d{3}){1,2}\Z"
)
_TELEPHONE = re.compile(
    r"(?:\b(?:tel|telephone|phone|mobile|cell|cellphone|handset|landline|whatsapp|viber|signal|telegram|imo|sms|"
    r"(?:'s|her|his|their) (?:\w{2,12} )?(?:line|numbers?)|"
    r"phoned?|calls?|called|calling|rings?|rang|texts?|reach|reached|dial\w*|contact\w*)\b|"
    r"\b(?:тел|телефон\w{0,3}|моб|мобильн\w{2,3}|домашн\w{2,3}|сот|сотов\w{2,3}|(?:по|пере|до)?звон\w{1,6}|"
    r"набра\w{1,4}|"
    r"ватсап\w?|вотсап\w?|вайбер\w?|телеграм\w{0,2}|трубк\w|номер\w{0,3}|смс|связаться|связь)\b)"
    r"[^\d\n]{0,40}\Z",
    re.I,
)
# Only these make a telephone of what looks like a quantity.
_TELEPHONE_HERE = re.compile(
    rf"{WORD}(?:tel|telephone|phone|mobile|cell|whatsapp|viber|(?:phone|mobile|telephone) number|numbers?|"
    r"(?:call|ring|text|reach\w*)\b[^\d\n]{0,20}\b(?:on|at)|"
    r"тел|телефон\w{0,3}|моб|сот|по номеру|ватсап\w?|вотсап\w?|вайбер\w?)\b[\s.:,(-]{0,4}(?:is|was|on|at|"
    r"-)?[\s:]{0,2}\Z",
    re.I,
)
_PUBLIC_NUMBER = re.compile(r"\+?(?:[78]?800|1800|18[0-8]{2}|0800|0808|00800|116)\d{3,7}\Z|\+?\d{0,3}116\d{3}\Z")
_HELPLINE = re.compile(
    rf"{WORD}(?:help-?\s?lines?|hot-?\s?lines?|emergency|childline|switchboard|reception|press (?:office|service)|"
    r"toll-free|free (?:number|call)|call centre|call center|ministry|ombuds\w*|commissioner|committee|secretariat|"
    r"embassy|телефон\w{0,3} доверия|горяч\w{2,3} лини\w{1,3}|лини\w помощи|экстренн\w+|"
    r"при[её]мн\w+(?!\s(?:родител|сем|мат|отец|отц|реб|доч|сын))|пресс-служб\w+|"
    r"справочн\w+|дежурн\w+ част\w+|министерств\w*|уполномоченн\w+|комитет\w*|посольств\w*|бесплатн\w{2,3})\b",
    re.I,
)
_NUMBERED = re.compile(
    r"\b(?:no|nos|nr|isbn|issn|doi|inn|ogrn|инн|огрн|кпп|бик|снилс|n|iban|doc)\.?[\s:-]{0,3}\Z|[№#]\s?\Z", re.I
)


def phones(passage: Passage) -> Iterator[Finding]:
    """Yield telephone numbers that may be a person's; helplines and offices are everyone's."""
    for found in _NUMBER.finditer(passage.text):
        if _is_phone(passage, found) and not _is_public(passage, found):
            yield passage.finding(Risk.PHONE, found.start(), found.end())
    for found in _SPELT.finditer(passage.text):
        yield passage.finding(Risk.PHONE, found.start(), found.end())


def _is_phone(passage: Passage, found: re.Match[str]) -> bool:
    shown, before = found[0], passage.before(found.start(), 60)
    digits = re.sub(r"\D", "", shown)
    if len(digits) > 15:
        return False
    if "+" in shown:
        return len(digits) >= 8
    if _TELEPHONE_HERE.search(before):
        return not re.fullmatch(DATE, shown, re.I)
    if _NO_PHONE.match(shown) or _NUMBERED.search(before):
        return False
    if _TELEPHONE.search(before):
        return True
    if "." in shown:
        return False
    return _looks_dialled(shown.lstrip("("), digits, "(" in shown)


def _looks_dialled(shown: str, digits: str, bracketed: bool) -> bool:
    """Tell whether a number, with nothing said about it, has the shape of one that is dialled."""
    if digits[0] in "78" and len(digits) == 11:
        return True
    if digits[0] == "0" and 9 <= len(digits) <= 12:
        return True
    groups = re.split(r"\D+", shown.strip("() "))
    return len(digits) >= 9 and (bracketed or (len(digits) == 10 and [len(part) for part in groups] == [3, 3, 4]))


def _is_public(passage: Passage, found: re.Match[str]) -> bool:
    digits = re.sub(r"\D", "", found[0])
    if _PUBLIC_NUMBER.match(digits):
        return True
    before = passage.before(found.start(), 120)
    named = list(_HELPLINE.finditer(before))
    # The mother's number in a sentence that also tells of a helpline is hers.
    return bool(named) and not RELATIVE_RE.search(before, named[-1].end())


# --- Cases

_SIGN = (
    r"(?=[\w/().-]{0,12}\d)(?:[A-Z]{0,6}[\d][\w/().-]{1,30}|[A-Z]{1,6}[\w/().-]{2,30}|\d{1,6}\s(?:of|от)\s\d{4}|\d{2,})"
)
_CASE = re.compile(
    rf"{WORD}(?:(?:criminal|civil|court|police|family|custody|succession|misc\w*|cause|children'?s?|protection|"
    r"adoption|juvenile|"
    r"probation|petition|gr|cr|fir|ob|crime|docket|incident|complaint|referral|intake|dossier|medical|patient|hospital|"
    r"admission|investigation|client|case|social work)\s?(?:case|file|record|report|docket|dossier|reference|"
    r"ref|matter|"
    r"cause|suit)?|case(?:\s(?:file|reference|ref|record))?|docket|fir|dossier)\s?(?:[([]\s?)?"
    r"(?:(?:nos?|nr|number|ref|reference|id|registration)\b\.?|[№#]|n°)[\s.:#№-]{0,3}(?:is|was|no\b\.?|"
    r"number)?[\s:#№-]{0,3}"
    rf"({_SIGN})|"
    r"\bcase\s[A-Z]{0,3}\d{1,6}\sof\s(?:19|20)\d{2}\b|"
    r"\b(?:case|docket|(?:custody|client|intake|police|criminal|court|family|"
    r"welfare) file)\s(?-i:(?=[A-Z/-]{0,12}\d)[A-Z0-9]{1,8}(?:[-/][A-Z0-9]{1,10}){1,4})|"
    r"\bcase\s(?:[A-Z]{1,4}[-/ ]?)?\d{1,8}[-/]\d[\w/-]{1,12}",
    re.I,
)
_FILE = re.compile(
    rf"{WORD}(?:file|matter|suit|petition|record|application)\s(?:nos?|nr|number|ref)\b\.?(?:\s(?:is|"
    rf"was))?[\s:#№-]{{0,3}}({_SIGN})",
    re.I,
)
_FILED = re.compile(
    rf"{WORD}(?:file|dossier|record|reference|ref\.?|register|matter|proceedings)\s(?:is\s)?\(?(?-i:(?!C(?:RC|CPR|"
    r"EDAW|AT|ERD)/|A/|E/|HRC/)(?=[A-Z/-]{0,12}\d)"
    r"[A-Z0-9]{1,8}(?:[-/][A-Z0-9]{1,10}){1,4})",
    re.I,
)
_CASE_RU = re.compile(
    rf"{WORD}(?:дел(?:о|а|у|ом|е)|куспа?|ердр|ерпп|талон\w{{0,2}}(?:-уведомлени\w)?|"
    r"материал\w{0,2}(?: доследственной)? проверки|"
    r"истори\w{1,2} болезни|(?:медицинск|амбулаторн|уч[её]тн|личн)\w{2,3} (?:карт\w{1,3}|карточк\w{1,2})|"
    r"медкарт\w{1,2}|карт\w{1,2} случая|анкет\w{1,2}|заявлени\w{1,2} в полицию|обращени\w{1,2} в полицию)\b"
    r"[^.;\n№]{0,40}(?:[№#]|\bномер\w{0,3}\b|\bN\b|\bза\b\s?[№#]?)\s{0,2}:?\s?(?=[\w/().-]{0,12}\d)[\w/().-]{2,40}|"
    r"\bдел(?:о|а|у|ом|е)\s\d{1,2}[а-яА-Я]?-\d{1,6}(?:/\d{2,4})?|(?<![\d.,/])\d{14,18}(?!\d|,\d)|"
    r"\b\d{1,2}-\d{1,6}/(?:19|"
    r"20)\d{2}\b(?=[^.\n]{0,30}\bдел)",
    re.I,
)
# The shape of a court's or a police's number, by itself: 757/10417/21-c, CHI/0417/22, № 41-17/оп.
_CODE = re.compile(
    r"(?<![\w/.№#-])(?:[№#]\s?)?(?!\d{1,2}/\d{1,2}/\d{2,4}(?!\d)|(?:19|20)\d{2}/(?:\d{2,4}(?![\d/])|\d{1,2}/)|"
    r"[A-Za-zА-Яа-я]{1,10}/(?:19|20)\d{2}(?![\d/])|(?:A|E|S|CRC|CEDAW|CAT|CCPR|CERD|CMW|CRPD|CED|HRC|CETS|COM|CM|"
    r"ISO)/|\d{1,2}/\d{1,2}(?![\d/]))"
    r"(?=[A-Za-zА-Яа-я/-]{0,10}\d)(?=[\w-]{1,16}/)(?:[A-ZА-Я]{1,5}\s?)?[A-ZА-Яа-я\d]{1,10}(?:[/-][\dA-Za-zА-Яа-я]{1,10}){1,4}(?![\w/])"
)
_IN_COURT = re.compile(
    rf"{WORD}(?:cases?|docket|(?:protection|care|custody|court) order|appeal|lawsuit|complaint|proceedings|hearing|"
    r"indictment|police|дел(?:о|а|у|ом|е)|справ(?:а|и|і|у)|производств\w{1,2}|"
    r"провадженн\w|заседани\w|приговор\w?|жалоб\w)\b",
    re.I,
)
_PUBLIC_CASE = re.compile(
    rf"{WORD}(?:european court|ecthr|echr|constitutional court|inter-american court|icc|human rights committee|"
    r"court of justice of the european|v\.?\s(?!\d)|versus|еспч|европейск\w+ суд\w*|конституционн\w+ суд\w*|"
    r"пленум\w*|против\s(?:росси|казахстан|укра|молд|груз|армен))",
    re.I,
)


def cases(passage: Passage) -> Iterator[Finding]:
    """Yield numbers of cases and files of somebody; not those of high courts' published judgments."""
    for pattern in (_CASE, _CASE_RU):
        for found in pattern.finditer(passage.text):
            if not passage.near(_PUBLIC_CASE, found.start(), found.end(), 120) and not _NOT_PERSONAL.search(found[0]):
                yield passage.finding(Risk.CASE_NUMBER, found.start(), found.end())
    for found in chain(_FILE.finditer(passage.text), _FILED.finditer(passage.text)):
        place = found.start(), found.end(), 100
        letter = _NOT_PERSONAL.search(passage.before(found.start(), 60))
        if passage.near(PERSONAL, *place) and not letter and not passage.near(_PUBLIC_CASE, *place):
            yield passage.finding(Risk.CASE_NUMBER, found.start(), found.end())
    for found in _CODE.finditer(passage.text):
        before, place = passage.before(found.start(), 60), (found.start(), found.end(), 100)
        personal = passage.near(SOMEONE, *place) or _IN_COURT.search(before[-40:])
        if personal and not _NOT_PERSONAL.search(before) and not passage.near(_PUBLIC_CASE, *place):
            yield passage.finding(Risk.CASE_NUMBER, found.start(), found.end())


# --- Personal documents

_PAPER = re.compile(
    rf"{WORD}(?:passports?|birth cert(?:ificate)?s?\.?|св-во о рождении|certificate of birth|identity (?:card|"
    r"document|paper)s?|id[- ](?:card|number|no)|"
    r"national (?:id|identity|insurance)|travel document|residence permit|refugee (?:card|certificate|id)|visa|"
    r"social security|ssn|nhs number|insurance (?:policy|card|number)|health card|aadhaar|philsys|curp|pesel|cnic|nic|"
    r"driving licen[cs]e|student (?:card|id)|personal (?:number|code|identification)|\bid\b|nin|pin|birth (?:entry|"
    r"notification|record|"
    r"registration)|"
    r"learner reference|lrn|upi|snils|iin|unhcr|tax number|"
    r"паспорт(?:а|у|ом|е|ные|ных|ными)?|загранпаспорт\w{0,2}|свидетельств\w{1,2} о(?:б)? \w{4,12}|"
    r"удостоверени\w{1,3}(?: личности)?|снилс\w?|инн|иин|пин|пинфл|(?:id|ид)-карт\w{1,2}|(?:мед)?полис\w{0,2}|омс|"
    r"вид\w{0,2} на жительство|"
    r"миграционн\w+ карт\w+|"
    r"военн\w+ билет\w{0,2}|проездн\w+ документ\w{0,2}|студенческ\w+ билет\w{0,2}|страхов\w+ свидетельств\w+|"
    r"виз(?:а|ы|у|е)|"
    r"личн\w+ номер\w{0,2}|идентификационн\w+ номер\w{0,2}|персональн\w+ номер\w{0,2}|"
    r"документ\w{0,2},? удостоверяющ\w+ личность)\b",
    re.I,
)
_SERIAL = re.compile(
    r"[^.;\n]{0,45}?(?:\b(?i:no|nos|nr|number|serial|серии|серия|series|n)\b\.?|[№#:]|(?i:номер\w{0,2}))\s{0,2}"
    r"(?:[-A-ZА-Я0-9 ]{0,10}[№#]\s?)?(?:no\.?\s|ending (?:in )?|is |was )?([A-ZА-Я0-9][-A-ZА-Я0-9 /№]{3,24})|"
    r"[\s,.(:-]{1,3}(?:[a-zа-яё]{1,12}[\s,(:-]{1,3}){0,3}([A-ZА-Я]{0,4}[- ]?\d[-A-ZА-Я0-9 /]{4,24})",
)
_NOT_PERSONAL = re.compile(
    rf"{WORD}(?:laws?|acts?|(?<!protection )(?<!care )(?<!court )orders?|circulars?|resolutions?|decrees?|regulations?|"
    r"articles?|rules?|letters?|"
    r"directives?|per cent|"
    r"закон\w*|приказ\w*|постановлени\w+|распоряжени\w+|письм\w+|стать\w+|указ\w*|программ\w+|проект\w*|правил\w*|"
    r"регламент\w*|рублей|тыс|млн|директив\w+)\b",
    re.I,
)
_SHAPED = re.compile(
    r"(?<![\d-])\d{3}-\d{3}-\d{3}[ -]\d{2}(?!\d)|\b[IVX1У]{1,4}-[А-ЯA-Z]{2}\s?(?:[№#]|N|No\.?)?\s?\d{6}\b|"
    r"(?<!\d)\d{2} \d{2} (?:[№#] ?)?\d{6}(?!\d)"
)
# What has the shape of a paper's number, in a sentence on somebody.
_BARE_SERIAL = re.compile(
    r"(?<![\w№#/.,+-])[A-ZА-Я]{1,3}[ -]?\d{6,10}[A-Z]?(?![\w%/]|[.,]\d)|(?<![\w№#/.,+-])\d{9,13}(?![\w%/]|[.,]\d)"
)
_BEFORE_PAPER = re.compile(
    r"(?<![\w/])[A-ZА-Я]{0,4}[- ]?\d{6,14}(?=[\s,(-]{1,3}(?:is (?:the|her|his) |- )?"
    r"(?:passport|birth certificate|id card|паспорт|свидетельств\w о рожд|снилс|иин|инн))",
    re.I,
)


def documents(passage: Passage) -> Iterator[Finding]:
    """Yield numbers of passports, birth certificates and the like; not numbers of laws, nor amounts."""
    for found in _PAPER.finditer(passage.text):
        number = _SERIAL.match(passage.after(found.end(), 100))
        if number is not None and _is_serial(number):
            yield passage.finding(Risk.DOCUMENT_NUMBER, found.start(), found.end() + number.end())
    for pattern in (_SHAPED, _BEFORE_PAPER):
        for found in pattern.finditer(passage.text):
            yield passage.finding(Risk.DOCUMENT_NUMBER, found.start(), found.end())
    for found in _BARE_SERIAL.finditer(passage.text):
        before = passage.before(found.start(), 60)
        if passage.near(SOMEONE, found.start(), found.end(), 80) and not (
            _NOT_PERSONAL.search(before) or _HELPLINE.search(before)
        ):
            yield passage.finding(Risk.DOCUMENT_NUMBER, found.start(), found.end())


def _is_serial(found: re.Match[str]) -> bool:
    serial = (found[1] or found[2]).strip()
    lead = found[0][: found[0].rfind(serial)]
    if _NOT_PERSONAL.search(lead) or re.match(DATE, serial, re.I) or re.match(r"(?:19|20)\d\d(?:\D|$)", serial):
        return False
    rest = found.string[found.end() : found.end() + 20]
    if re.match(r"\s?(?:per cent|%|people|children|тыс|млн|руб|чел|дет)", rest):
        return False
    return sum(letter.isdigit() for letter in serial) >= 4 and not re.fullmatch(r"\d{1,3}(?: \d{3})+", serial)
