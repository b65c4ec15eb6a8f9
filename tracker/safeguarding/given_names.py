"""Given names that are common where the alliances work, to tell a person from a town.

The list decides alone only where a text does not show by itself that somebody is meant.
"""

import re
from functools import lru_cache

_LATIN = """
aaliyah aarav abdul abebe abena abigail achieng adaeze adam adele adhiambo adrian agnes ahmed aibek aigerim aigul
aisha aizada akinyi akmal akosua alex alexander alexandra alexei alexey ali alice alina aliya alla alyona ama amahle
amal amara amelia amina aminata aminatou amir amira amy ana analyn anastasia anastasiya andrea andrei andrew andrey
angel angela angelina angelo anh ania anita anjali ann anna anne anton anya apio arina arjun arman arnel artem artyom
aruzhan asel asha askar atieno auma awa ayan ayesha aysha azamat azizbek babajide babirye baraka barasa beatriz
bekhruz bekzat ben benjamin bibi binta blessing bohdan boris brian bruno camila carla carlo carlos carmen caroline
catherine cecilia charles charlotte chebet cherono cherry chiamaka chiara chidi chinedu chipo chloe christian
christina christine claire clara cristina cynthia dalisay daniel daniela daniil danil daniyar danylo daria dariga
darya david dayo deepa denis diana diego dilfuza dilnoza dina dinara divya dmitri dmitry dmytro dolores dominic duc
ebele edith eduardo efua egor ekaterina elena eleni eliza elizabeth ella emeka emily emma emmanuel eric esi esperanza
ester esther ethan eugenia eva evan evie ewa faith faiza farah farida farkhod fatima fatou fatoumata fedor felix filip
fiona florence francesca francis funmi gabriel gabriela galina george georgi gift giorgi giulia gleb grace guadalupe
gulnara gulnaz gulnora habiba hai halima halina hamza hannah harry hassan helen henry hope hussein ian ibrahim ifeoma
igor ilya imani inna ira irina iryna isaac isabel isabella isla islam ismail ivan ivy jack jacob jaden jake jakub
jamal james jamila jan jana jane jasmine jasur javier jean jennifer jerome jesus joan joao johan john jomar jomo jonas
jordan jorge jose joseph joshua jovelyn joy juan juanita julia julian juma jun kadi kadiatou kaisar kamau kamila karen
karim karina kasia kate katerina katya kavya kelvin kemi kenji kevin khadija kipchoge kiprop kira kirill kofi kojo
ksenia kseniya kwame kwesi kyle laila lakshmi lara laura layla lea leila lena leo leon leonid lerato leyla liam lila
lilia lily linda linh lisa liza lola louis lourdes luca lucas lucia lucy luis luiza luka lukas lyuba lyubov madina
magdalena mai maira makar makena maksim malik malika mamadou manuel marat marco marek margarita maria mariam mariama
mariana maricel marie marija marina mario marisol mariya mark marko marta martha martin mary maryam masha mateo
matthew matvey max maxim maya meera mehmet mercy mia michael miguel mikhail mila milena minh miriam misha mohamed
mohammad mohammed molly monica moses moussa muhammad mumbi musa mwende nadezhda nadia nadya nafula nakato naledi
naliaka namutebi nana narges nargiza nastya natalia nataliia natalya natasha ndeye neema neha ngozi nguyen nia
nicholas nicole nigora nikita nikolai nikolay nina njeri nkechi noah noor nora nur nuria nurlan nursultan nyambura
nyokabi odera odhiambo ogechi okello oksana ola oleg oleksandr oleksandra olena olga olia oliver olivia olya omar opio
oscar otabek otieno oumar ousmane owen pablo pamela paolo patricia patrick paul paula pavel pavlo pedro peter petra
petya philip phoebe phuong piotr polina precious princess priya rabia rachel rahul raisa ramazan rania ravi raymond
rebecca rehema ricardo rita robert roberto robin rodel rohan roman rosa rosario rose rowena ruby ruslan rustam ruth
ryan sabina sade said saida salma sam samandar samba samira samuel sandra sanjar santiago sara sarah sasha saule seda
semyon serena sergei sergey serik seryozha seun shakhnoza shamsa shreya simon sindi siti slava sofia sofiya sofya
solange solomiya sonia sonya sophia sophie stefan stella stepan steven sunita susan sveta svetlana syrym tamara tamari
tanya taras tatiana tatyana temirlan thabo thandi thandiwe thao theresa thomas thuy tigran timofey timur tina tobi
tolya tom tomas tomasz tuan tunde ulyana vadim valentina valeria valeriya vanessa vanya varvara vasily vera veronica
veronika victor victoria vika viktor viktoria viktoriya vincent viola violetta vitaly vlad vladimir vladislav vova
wafula wairimu wambui wanjala wanjiku wasswa william xenia ximena yan yana yaroslav yasmin yegor yelena yerlan yetunde
yevhen yulia yuliya yuri yusuf yvonne zainab zamira zara zarina zawadi zhanna zhenya zoe zofia zoya zuhra zuri
"""
# Stems: what follows of them is an ending, a diminutive's too.
_CYRILLIC = """
абдул аблай аделин аделя адиль азалия азамат азат азиз аида аиш айан айбек айгерим айгул айгуль айдар айжан айзад
айнур айша аким акмал алан александр алексе алексей ален алеш али алин алис алихан алиш алия алл алсу алтынай альберт
альбин альмир альфия алён алёна алёш амин амина амир амирхан ан анастас анатоли анвар ангелин андре андрей анеля анечк
анжел анжелик анис аннушк антон антонин ань аньк анют анютк аня арайлым арин арина аринк арман армен арсен арсени
арсланбек артем артур артём аружан асел асель асем аскар аслан асылбек ахмед ахмет аян аяулым багдат баир бауыржан
бахтияр бегим бекзат бобур борис булат бэла бэлл вадик вадим вал валентин валери валерк валя ванечк вань ваня вар
варвар варя васи васили василис васьк вася вер вероник верочк вик виктор виктори виолетт витал витали вить витя влад
владик владимир владислав влас вов вова володь володя всеволод вячеслав гал гали галин галя гаянэ георги герман глеб
григори гриш гузель гулнор гульмир гульназ гульнар гульшат дамир дан данечк даниил даник данил данияр дань даня дариг
дарин дарь даш дашеньк дашк демид демьян денис джамал джамил диан дилар дилноз дилфуз дильназ дим димк дин динар
дмитри дьян ев ева евангелин евгени евдоки егор егорк екатерин елен елизавет елисе ерасыл ербол ержан еркебулан ерлан
есени ефим жанар жанибек жанн жасур жен женечк жень женя зарем зарин зафар захар земфир зин зинаид злат зо зоя зульфия
зухр ибрагим иван иванк игнат игор игорь иль ильдар ильмир ильну ильнур ильх илья ильяс илюш инг инесс инн ир ирин
иринк иришк ирочк иса ислам исмаил камил карим карин кат катеньк катерин кать катюш катя ким кир кирилл кирюш клав
константин кост костик костя кристин ксени ксюх ксюш лад лар ларис лейл лейсан лен ленк леночк леонид лер лерочк леш
лид лиди лиз лизоньк лил лилия лина лол лолит луиз лук люб люд людмил люсь лён лёш магомед мади мадин мадина мадияр
мак макар макс максим максимк малик мансур мар марат маргарит марин маринк мариш марк марсель март марус марф марфа
марьям матве маш машеньк машк мейрам мелан мелис мил милан милен милослав мирон мирослав мих михаил миш миша мишк
мурат мустаф мухаммед мухлис над надежд надюш назар назерке назым наргиз нари настас настасья настеньк насть настюш
настя натал наталь наташ ник никит никитк никол николай нин нинк нур нурай нурбек нурислам нурия нурлан нурсултан
ойбек оксан олег олеж оленьк олес олеся оль ольг ольк оля отабек пав павел павл павлик паш пашк петр петь петя полин
поль полюшк прохор пётр рабиг рад радик радмил раис рамазан рамил рамиль ратмир рашид ренат рената риан рит ритк
родион роз ром роман ромк руслан рустам руф рушан сабин сабир савв савели саид салават салтанат сам самандар самат
самир санж санжар сания санобар сань санёк сапар сарвар сафи саш сашеньк сашк свет света светк светлан семен семён
сень серафим серг сергей сереж серик серёж слав славик сон сонечк сонь соня соф софи софь станислав стас степ степан
стёп сулейман султан сымбат сюзанн сёма таис таисия тай тамар тамил тан тань таньк танюш таня тарас татьян тем
темирлан тигран тим тимофе тимош тимур тих тихон тол толик толь толя томирис томк тём ул уль ульян фаин фарид фарида
фархад фатим фед федор федя фекл феликс фирдаус фируз фёдор хадич хамид хасан христин шамил шамиль шахноз шерзод
шолпан эвелин эдгар эдик эдуард элин элл эллин эльвир эльдар эльзар эльмир эмил эмили эмин эрик эрмек эсмеральд юл
юленьк юли юлиан юльк юля юр юри юрик юрк юсуф яков ян янк ярик яросла ярослав ясмин
"""
_ENDINGS = (
    "",
    *"а я ы и е у ю ой ей ою ею ом ем ём й ь ю ия ии ию ией ка ки ке ку кой очка очки очке очку очкой ечка".split(),
    *"ечки ечке ечку ечкой енька еньки еньке еньку енькой ша ши ше шу шей юша юши юше юшу юшей".split(),
    *"ик ика ику иком ья ьи ье ью ьей ел ла лу лом ле".split(),
)
_KNOWN = frozenset(_LATIN.split())
_STEMS = frozenset(_CYRILLIC.split())
_PATRONYMIC = re.compile(r"\w{2,12}(?:ович|евич|ьич)(?:а|у|ем|е)?|\w{2,12}(?:овн|евн|иничн)(?:а|ы|е|у|ой)")
_SURNAME = re.compile(
    r"\w{2,14}(?:(?:ов|ев|ёв|ын|ин)(?:а|у|ым|е|ой|ы|ых)?|(?:ск|цк)(?:ий|ого|ому|им|ом|ая|ой|ую)|енко|чук|"
    r"(?:баев|беков)\w{0,2}|"
    r"швили|дзе|янц?|оглы|кызы)"
)


@lru_cache(maxsize=4096)
def is_given(word: str) -> bool:
    """Tell whether `word` is a given name that the list knows, a Russian one in any case or diminutive."""
    low = word.lower()
    if low.isascii():
        return low in _KNOWN or ("-" in low and low.split("-")[0] in _KNOWN)
    return any(
        low.endswith(end) and low[: len(low) - len(end)] in _STEMS for end in _ENDINGS if len(low) - len(end) > 1
    )


def is_family(word: str) -> bool:
    """Tell whether a Russian word has the shape of a family name or a patronymic."""
    low = word.lower()
    return bool(_PATRONYMIC.fullmatch(low) or _SURNAME.fullmatch(low))
