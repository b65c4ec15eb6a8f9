"""Who is named in a text: names and initials, without officials and without what only looks like a name."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tracker.safeguarding.given_names import is_family, is_given
from tracker.safeguarding.passage import Passage
from tracker.safeguarding.words import SOMEONE, WORD

# A word with a capital, or one initial. "Jun-jun", "O'Brien", "Ольга".
_WORD = r"[^\W\d_a-zа-яё][^\W\d_]{1,24}(?:['-][^\W\d_]{1,24}){0,2}"
_INITIAL = r"[^\W\d_a-zа-яё]\."
_RUN = re.compile(rf"(?<![\w.'-])(?:{_WORD}|{_INITIAL})(?:\s?(?:{_INITIAL})|\s(?:{_WORD}|[^\W\d_a-zа-яё]\b)){{0,4}}")
_PIECE = re.compile(rf"{_WORD}|{_INITIAL}|[^\W\d_a-zа-яё]\b")
# Words with a capital that are nobody: what institutions, laws, months and the beginnings of sentences are made of.
_NOBODY = frozenset(
    """
a about according act action additional after age all alliance also an and annex annual any area article articles as
assembly association at august april authority bill birth board both bureau but by case center centre chapter charter
child childhood children children's church civil clause class code commission commissioner committee communication
community conduct congress constitution constitutional convention cooperation council country court courts criminal
date december declaration department directive district during each ecosoc education eighteen eu european every
everyone family february federal federation fifteen file first for forum foundation four fourteen from fund general
girl girls government governor grade group guardian guidance guidelines had has have he health her high his home
hospital hotels house how human if in inc independent institute international interpol internet interview is it its
january joint judge judgment july june justice labour law laws legal level march may media members memorandum minimum
minister ministry minor minors monday month most mr mrs ms national network new nineteen no north not note november
number october of office on one only optional order organisation organization our outcome palermo paragraph parliament
parties penal per plan please police policy practice president prevention programme project prosecutor protection
protocol public questionnaire recommendation region regional report republic research resolution rights river rule
saturday scheme school schools search second secretary section senate september service services seventeen she shelter
since sixteen social some source south special state states statistics street study summit sunday supreme survey ten
text that the their there these they third thirteen this those three thursday to travel treaty tribunal tuesday twelve
two un under unicef union unit united university until we wednesday welfare west what when where whether which who
with women world year years you young youth boy boys kids pupils students parents police beneficiary interviews asia
africa america europe russia england wales scotland ireland france germany spain italy poland ukraine kazakhstan
kyrgyzstan uzbekistan tajikistan belarus moldova georgia armenia azerbaijan estonia latvia lithuania finland sweden
norway denmark netherlands belgium austria switzerland greece turkey india nepal china japan korea thailand vietnam
cambodia laos indonesia malaysia philippines bangladesh pakistan kenya uganda tanzania nigeria ghana rwanda ethiopia
mexico brazil argentina chile peru colombia canada australia zealand london moscow geneva lanzarote rio bangkok
strasbourg brussels russian english french german spanish kazakh ukrainian christian muslim catholic orthodox а
адвокат акт без больше будет бюро в вам вас ведомство верховный верховного весь во возраст вопрос вот все всего всем
вы главный глава год гражданский гражданского дата два действия декларация дело департамент дети детей детям директор
для до договор доклад дом другие его ее её если есть еще ещё ею за заведующая задача закон закона законом замечания
затем здесь значит и из или им институт интерпол интернет информация их к каждый как какие когда кодекс кодекса
комиссия комитет комитета конвенция конвенции конституция конституционный который кто ли лица мальчик девочка девушка
подросток ребенок ребёнок между международный мера меры мин министерство министерства министр минздрав минздрава
минтруд минтруда минпросвещения мвд мид мнение много можно мы на над нам нас национальный начальник не него некоторые
нет ни никто но новый ноль нормы о об обращение общее общество однако он она они оно ооо оон организация орган органы
от отдел ответ отчет отчёт очередь перед первый письмо план пленум пленума по под показатель полиция порядок после
последний постановление почти права право правительство правительства правила практика предложение президент при
приказ проект прокуратура программа пункт работа раздел распоряжение регион резолюция республика республики решение
россии россия росстат российской российская с самый сведения свод сегодня семья сми снг со собрание совет совета
согласно сообщение соответствие союз специалист срок статистика статья статьи стратегия страна страны суд суда судья
счетная та так также там те телефон тем то того только три ты у уголовный уголовного указ украина украины университет
управление урок уполномоченный учебный учреждение фонд федерация федерации федеральный федерального форум центр центра
часть через четыре что чтобы школа школы экспертный эти это этот юнисеф я январь февраль март апрель май июнь июль
август сентябрь октябрь ноябрь декабрь москва москве москвы петербург казахстан казахстана казахстане алматы астана
киев минск женева филиппин филиппины филиппинах европа европы европейский азия африка опекун мать отец бабушка
подопечная подопечный воспитанник воспитанница ученик ученица психолог потерпевшая потерпевший несовершеннолетний
вконтакте телеграм telegram instagram whatsapp facebook
несовершеннолетняя интервью прошлой прошлый
""".split()
)
# An official or an expert: a grown-up who speaks in public.
_TITLE = re.compile(
    rf"{WORD}(?:ministers?|professors?|prof|dr|doctor|judges?|justice|commissioners?|senators?|presidents?|"
    r"directors?|deput\w+|"
    r"secretar\w+|chair\w*|rapporteurs?|ambassador|governor|mayor|prosecutors?|lawyers?|attorney|advocates?|"
    r"heads?|chiefs?|"
    r"officers?|experts?|researchers?|authors?|psychologists?|psychiatrist|teachers?|inspector|sergeant|colonel|"
    r"captain|"
    r"general|coordinators?|managers?|spokes\w+|representative|ombuds\w+|mp|mr|mrs|ms|sir|lord|lady|king|queen|"
    r"pope|father|"
    r"saint|st|by|writer|journalist|editor|reporter|actor|actress|singer|founder|named after|case of|law|"
    r"министр\w{0,2}|профессор\w{0,2}|доктор\w{0,2}|судь\w{1,2}|уполномоченн\w{2,3}|сенатор\w{0,2}|президент\w{0,2}|"
    r"директор\w{0,2}|депутат\w{0,2}|заместител\w{1,2}|замминистра|секретар\w{1,2}|председател\w{1,2}|докладчик\w{0,2}|"
    r"посол|губернатор\w{0,2}|мэр\w{0,2}|прокурор\w{0,2}|адвокат\w{0,2}|начальник\w{0,2}|глав[аыеуо]й?|"
    r"руководител\w{1,2}|"
    r"эксперт\w{0,2}|исследовател\w{1,2}|автор\w{0,2}|психолог\w{0,2}|психиатр\w{0,2}|учител\w{1,3}|педагог\w{0,2}|"
    r"следовател\w{1,2}|майор\w{0,2}|полковник\w{0,2}|генерал\w{0,2}|координатор\w{0,2}|омбудсмен\w{0,2}|"
    r"(?<!законный )(?<!законного )(?<!законному )(?<!законным )представител\w{1,2}|"
    r"член-корреспондент|академик\w{0,2}|г-н\w{0,2}|г-жа|г-жи|господин\w{0,2}|госпож\w{1,2}|писател\w{1,2}|"
    r"журналист\w{0,3}|"
    r"(?<!по )имени|им|св|ред|д-р\w{0,2})\b\.?",
    re.I,
)
# From an office to whose it is: "of the Supreme Court", "внутренних дел".
_OF_OFFICE = re.compile(
    r"(?:\s(?:of|for|on|дел|по|прав\w*|при|в)\s(?:[\w'\"-]{1,24}\s){1,7}|"
    r"\s(?:[а-яё-]{2,20}\s){1,4}(?:[А-ЯЁ]{2,8}\s)?)?[\s,]{0,2}",
    re.I,
)
_PLACED = re.compile(
    rf"{WORD}(?:in|at|from|near|to|of|the|across|around|в|во|из|под|около|г|город\w{{0,2}}|област\w|район\w?)\b\.?\s\Z",
    re.I,
)


# Whoever is named by these words is a person.
_CALLED = re.compile(rf"{WORD}(?:named|called|known(?: to us)? as|nicknamed|name is|по имени|зовут|звали)\s\Z", re.I)

# How far back an office, a town are looked for, and how many offices.
_BEFORE, _TOWN, _OFFICES = 120, 20, 3


@dataclass(frozen=True)
class Person:
    """A place where somebody may be named; `sure` where it is no town and no office by its own shape."""

    start: int
    end: int
    sure: bool
    placed: bool


def people(passage: Passage) -> Iterator[Person]:
    """Yield everyone who may be named and is no official, in the order of the text."""
    offices = [title.end() for title in _TITLE.finditer(passage.text)]
    for run in _RUN.finditer(passage.text):
        pieces = list(_PIECE.finditer(passage.text, run.start(), run.end()))
        # "In January Amina" names Amina: what begins a sentence, or is nobody, is taken off at both ends.
        while pieces and _is_nobody(pieces[0][0]):
            pieces.pop(0)
        while pieces and _is_nobody(pieces[-1][0]):
            pieces.pop()
        words = [piece[0] for piece in pieces]
        if (
            not words
            or any(_is_nobody(word) for word in words)
            or all(word.isalpha() and 1 < len(word) < 6 and word.isupper() for word in words)
        ):
            continue
        before = passage.before(pieces[0].start(), _BEFORE)
        if _PLACED.search(before[-_TOWN:]):
            # "In Northport Amina" too.
            first = next((place for place, word in enumerate(words) if is_given(word)), 0)
            pieces, words = pieces[first:], words[first:]
            before = passage.before(pieces[0].start(), _BEFORE)
        if not _holds_office(before, pieces[0].start(), offices):
            # No town has an initial.
            initial = any(len(word.rstrip(".")) == 1 for word in words)
            placed = not initial and _PLACED.search(before[-_TOWN:]) is not None
            sure = _is_sure(words) or _CALLED.search(before[-_TOWN:]) is not None
            yield Person(pieces[0].start(), pieces[-1].end(), sure, placed)


def _holds_office(before: str, place: int, offices: list[int]) -> bool:
    """Tell whether who is named at `place` is so as an official; the lawyer of the girl Amina is not Amina."""
    last = bisect_right(offices, place)
    for end in offices[max(last - _OFFICES, 0) : last]:
        between = (
            before[len(before) - (place - end) :] if 0 < place - end <= len(before) else "" if place == end else None
        )
        if between is not None and _OF_OFFICE.fullmatch(between) and not SOMEONE.search(between):
            return True
    return False


@lru_cache(maxsize=4096)
def _is_nobody(word: str) -> bool:
    low = word.lower()
    return low in _NOBODY or low.removesuffix("'s") in _NOBODY or SOMEONE.fullmatch(low) is not None


def _is_sure(words: list[str]) -> bool:
    """Tell whether words with capitals are a person's name: two initials, or a known given name or family name."""
    initials = [word for word in words if len(word.rstrip(".")) == 1]
    if initials:
        return len(words) > 1
    if any(is_given(part) for word in words for part in (word, word.removesuffix("'s"))):
        return True
    return len(words) > 1 and any(is_family(word) for word in words)
