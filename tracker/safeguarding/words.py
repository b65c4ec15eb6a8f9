"""Words that several rules share, as parts of patterns; Russian ones in all their cases."""

import re

# Where a word of letters begins. `\b` alone is also where one ends and where a number begins, and each of the hundred
# words after it would be tried there too.
WORD = r"\b(?=[^\W\d_])"

MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?|январ[ьяею]|феврал[ьяею]|март[ае]?|апрел[ьяею]|ма[йяе]|июн[ьяею]|июл[ьяею]|"
    r"август[ае]?|сентябр[ьяею]|октябр[ьяею]|ноябр[ьяею]|декабр[ьяею])"
)
YEAR = r"(?:19|20)\d{2}"
# 14/03/2009, 5.11.08, 2009-03-14, 7 Sept 2011, September 7th, 2011, the fourteenth of March 2009
DATE = (
    rf"(?:\d{{1,2}}\s?[./-]\s?\d{{1,2}}\s?[./-]\s?(?:{YEAR}|\d{{2}})(?!\d)|{YEAR}[./-]\d{{1,2}}[./-]\d{{1,2}}(?!\d)|"
    rf"\d{{1,2}}(?:st|nd|rd|th|-?го|-?е)?\s(?:of\s)?{MONTHS}\b\.?,?(?:\s?(?:{YEAR}|'?\d{{2}}\b))?|"
    rf"\d{{1,2}}-{MONTHS}-{YEAR}|{MONTHS}\b\.?\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?\b,?(?:\s{YEAR})?|"
    rf"(?:\w{{5,20}}\s){{1,2}}(?:of\s)?{MONTHS}\b\.?,?\s{YEAR}|{MONTHS}\b\.?,?\s{YEAR})"
)

_EN = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen".split()
)
_RU = (
    "од(?:ин|ного|ному) дв(?:а|ух|ум) тр(?:и|[её]х|[её]м) четыр(?:е|[её]х|[её]м) пят[ьи] шест[ьи] сем[ьи] "
    "вос(?:емь|ьми) девят[ьи] десят[ьи] одиннадцат[ьи] двенадцат[ьи] тринадцат[ьи] четырнадцат[ьи] "
    "пятнадцат[ьи] шестнадцат[ьи] семнадцат[ьи] "
).split()
_NUMBERS = [*_EN, *_RU]
# Their first letters are looked at first: an age is looked for at each word.
NUMBER_WORDS = rf"(?=[{''.join(sorted({word[0] for word in _NUMBERS}))}])(?:{'|'.join(_NUMBERS)})"
# The number of a house, in words.
HOUSE_WORDS = (
    rf"(?:(?:(?:twen|thir|for|fif|six|seven|eigh|nine)ty|двадцат[ьи]|тридцат[ьи]|сорока?|(?:пять|шесть|семь|"
    rf"восемь)десят|"
    rf"девяносто?)(?:[ -]{NUMBER_WORDS})?|{NUMBER_WORDS})"
)
# How old a child is, in figures or words.
CHILD_AGE = rf"(?:(?<![\d.,/№-])1?\d(?![\d%])|{WORD}{NUMBER_WORDS}\b)"

# Someone in particular who is a child, or is spoken of as one's own.
CHILD = (
    rf"(?:{WORD}(?<!every )(?<!each )(?<!any )(?<!no )(?<!per )(?<!of the )(?<!girl )(?<!rights of a )"
    r"(?:girl|boy|child|minor|teen(?:ager)?|adolescent|toddler|infant|baby|daughter|son|niece|nephew|grandson|"
    r"granddaughter|orphan|twins?|pupil|schoolgirl|schoolboy|student|ward|foster child|survivor|youngster|juvenile)\b"
    r"(?!\s(?:protection|rights?|sexual|abuse|victims?|care|labour|labor|welfare|marriage|helplines?|support|"
    r"trafficking|participation|health|poverty|online|prostitution|pornography|population|policy|witness(?:es)?))|"
    rf"\bbeneficiary\b|{WORD}(?<!прав )(?<!права )(?<!правам )(?<!правах )(?<!правами )(?<!кажд\w\w )(?<!люб\w\w )"
    r"(?:девоч(?:ка|ки|ке|ку|кой)|мальчик(?:а|у|ом|е)?|реб[её]н(?:ок|ка|ку|ком|ке)|подрост(?:ок|ка|ку|ком|ке)|"
    r"девушк(?:а|и|е|у|ой)|доч(?:ь|ка|ери|ки|ке|ку|ерью)|сын(?:а|у|ом|е|ок)?|малыш(?:а|у|ом|ка)?|внук(?:а|у|ом)?|"
    r"внучк(?:а|и|е|у|ой)|племянни(?:к|ка|ку|ца|цы|це)|сирот(?:а|ы|е|у)|"
    r"(?:несовершеннолетн|малолетн)(?:ий|яя|его|ей|ему|юю|им|ем)|подопечн(?:ый|ая|ого|ой|ому|ую|ым)|"
    r"воспитанни(?:к|ка|ку|ком|ца|цы|це|цу|цей)|школьни(?:к|ка|ку|ком|ца|цы|це|цу|цей)|"
    r"учени(?:к|ка|ку|ком|ца|цы|це|цу|цей)|уча?щ(?:ийся|аяся|егося|ейся|емуся|уюся)|"
    r"\w{4,12}класс?ни(?:к|ка|ку|ком|ца|цы|це|цу|цей)|"
    r"потерпевш(?:ий|ая|его|ей|ему|ую|им)|пострадавш(?:ий|ая|его|ей|ему|ую|им))\b)"
)
RELATIVE = (
    rf"{WORD}(?:mother|mum|mom|father|dad|grandmother|grandma|grandfather|aunt|uncle|guardian|sister|brother|parents?|"
    r"stepfather|stepmother|foster (?:mother|father|family|parents?)|sisters|brothers|siblings|famil(?:y|y's)|"
    r"мат(?:ь|ери|ерью)|мам(?:а|ы|е|у|ой)|отец|отца|отцу|отцом|пап(?:а|ы|е|у|ой)|бабушк\w{1,2}|дедушк\w{1,2}|"
    r"т[её]т(?:я|и|е|ю|ей|к\w{1,2})|дяд(?:я|и|е|ю|ей)|опекун(?:а|у|ом|ша)?|сестр(?:а|ы|е|у|ой)|брат(?:а|у|ом)?|"
    r"родител(?:ь|и|ям|ей|ями|я|ю)|семь(?:я|и|е|ю|[её]й)|законн\w{2,3} представител\w{1,2})\b"
)
CHILD_RE = re.compile(CHILD, re.I)
RELATIVE_RE = re.compile(RELATIVE, re.I)
SOMEONE = re.compile(f"{CHILD}|{RELATIVE}", re.I)
PERSONAL = re.compile(
    f"{CHILD}|{RELATIVE}|\\b(?=\\w)(?:her|him|his|she|he|е[её]|ему|ей|его|она|он|1?\\d-year-old|1?\\d-летн(?:ий|яя|его|ей|ему|юю))\\b",
    re.I,
)
# Nobody's home: who has a letterhead.
INSTITUTION = re.compile(
    rf"{WORD}(?:ministry|minister|office|headquarters|secretariat|committee|commission|council|court|university|institute|"
    r"foundation|association|organi[sz]ation|federation|embassy|agency|department|publish\w*|press|library|printing|"
    r"international|unicef|ngo|hotel|museum|conference|venue|held at|registered office|"
    r"министерств\w*|комитет\w*|комисси\w+|совет\w*|суд\w{0,3}|университет\w*|институт\w*|фонд\w{0,2}|ассоциаци\w+|"
    r"организаци\w+|федераци\w+|посольств\w+|агентств\w+|департамент\w*|управлени\w+|издательств\w*|типографи\w+|"
    r"библиотек\w+|офис\w*|музе\w+|гостиниц\w+|конференци\w+|секретариат\w*|редакци\w+|при[её]мн\w+(?!\s(?:родител|"
    r"сем|мат|отец|отц|реб|доч|сын))|аппарат\w*|"
    r"общество с ограниченн\w+|ооо|огрн|ltd|inc|company|bookshop|отделени\w+|администраци\w+|прокуратур\w+|"
    r"юридическ\w+ адрес\w*)\b",
    re.I,
)
