"""Languages written in Latin letters: their names, their function words, their abbreviations, and how a text tells its.

Words of other scripts tell their language by their letters (`text`). The lists are short and our own: the words that
any text of some length is full of, those that ask among them, and no word that a reader would look for.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

__all__ = [
    "ABBREVIATIONS",
    "AUTO",
    "CODES",
    "ENGLISH",
    "FUNCTION_WORDS",
    "LANGUAGES",
    "function_word_counts",
    "language_named",
    "language_of",
]

ENGLISH = "english"
AUTO = "auto"
"""Stands for the language that each document tells by itself."""

CODES = {
    "english": "en",
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "italian": "it",
    "portuguese": "pt",
    "dutch": "nl",
    "swedish": "sv",
    "danish": "da",
    "norwegian": "no",
    "finnish": "fi",
    "hungarian": "hu",
    "romanian": "ro",
    "turkish": "tr",
}
"""Language, named as its Snowball stemmer is -> ISO 639-1."""
LANGUAGES = tuple(CODES)
"""An index keeps a language as its place here, so a new one comes last."""
_OTHER_NAMES = {"nb": "norwegian", "nn": "norwegian"} | {code: name for name, code in CODES.items()}

FUNCTION_WORDS = {
    "english": """
    a about above after again against all am an and any are as at be because been before being below between both
    but by can could did do does doing don down during each few for from further had has have having he her here
    hers herself him himself his how i if in into is it its itself just let ll may me might more most must my myself
    nor not of off on once only or other our ours ourselves out over own re s same shall she should so some such t
    than that the their theirs them themselves then there these they this those through to too under until up upon
    us ve very was we were what when where which while who whom whose why will with would you your yours yourself
    yourselves please tell give many much
    """,
    "german": """
    aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei
    beim bin bis bist da dabei dadurch dafür damit dann daran daraus darf das dass daß davon dazu dein deine dem den
    denn der deren des dessen deshalb dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein
    eine einem einen einer eines er es etwa etwas euch eure für gegen gibt hab habe haben hat hatte hatten hier
    hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in ins indem ist ja jede jedem jeden jeder jedes
    jene jenem jenen jener kann kannst können könnte mein meine man mehr mich mir mit muss muß müssen nach nicht
    noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seines seit selbst sich sie sind so sobald
    sofern solche soll sollen sollte sondern sowie über um und uns unser unsere unter viel viele vom von vor wann
    war waren warst warum was weil welche welchem welchen welcher welches wem wen wenn wer werde werden wessen
    weshalb wie wieder wieso wieviel will wir wird wirst wo wobei wodurch wofür woher wohin womit woran woraus
    worden wurde wurden würde würden zu zum zur zwischen bitte sag nenne
    """,
    "french": """
    a à ai ainsi alors as au aucun aucune aurait aussi autre autres aux avaient avait avant avec avez avoir avons c
    ça car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci combien comme comment contre
    d dans de depuis des dès doit dois doivent donc dont du duquel elle elles en encore entre es est et étaient
    était été être eu eut eux fait font fut furent il ils j je jusque l la là laquelle le lequel les lesquelles
    lesquels leur leurs lorsque lui m ma mais me même mêmes mes moi moins mon n ne ni nos notre nous on ont ou où
    par parce pas pendant peut peuvent peu plus plusieurs pour pourquoi pourrait pouvez puis qu quand que quel
    quelle quelles quels qui quoi s sa sans se sera serait ses si soit son sont sous suis sur t ta te tes toi ton
    tous tout toute toutes très tu un une vers vos votre vous y dis donne
    """,
    "spanish": """
    a acerca adónde al algo algún alguna algunas alguno algunos ambos antes aquel aquella aquellas aquellos aquí así
    aun aún aunque bajo bien cada como cómo con contra cual cuál cuales cuáles cualquier cuando cuándo cuanta cuánta
    cuantas cuántas cuanto cuánto cuantos cuántos de debe deben del desde donde dónde dos durante e el él ella ellas
    ello ellos en entre era eran es esa esas ese eso esos esta está estaba estado están estar estas este esto estos
    fue fueron ha había habían haber han hasta hay la las le les lo los más me mediante mi mientras mis mismo misma
    mismos muchas mucho muchos muy ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por
    porque puede pueden pues qué que quien quién quienes quiénes se sea según ser será si sí sido siempre sin sino
    sobre solo sólo son su sus también tan tanto te tener tengo ti tiene tienen toda todas todavía todo todos tu tus
    un una unas uno unos usted ustedes va y ya yo dime
    """,
    "italian": """
    a abbiamo ad agli ai al alcune alcuni alla alle allo allora altra altre altri altro anche ancora avere aveva
    avevano c che chi ci ciò cioè circa coi col come con contro cosa così cui d da dagli dai dal dall dalla dalle
    dallo degli dei del dell della delle dello deve devono di dopo dove dunque e è ed era erano essere esso fa fino
    fra fu furono gli ha hai hanno ho i il in io l la le lei li lo loro lui ma me mentre mi mia mio molti molto ne
    negli nei nel nell nella nelle nello no noi non nostra nostro o ogni oppure per perché perchè però più poi può
    possono prima proprio qual quale quali quando quanta quante quanti quanto quella quelle quelli quello questa
    queste questi questo qui quindi sarà se sei senza si sia siamo sono sopra sotto sta stata state stati stato su
    sua sue sugli sui sul sull sulla sulle sullo suo suoi tra tu tua tuo tutta tutte tutti tutto un una uno v vi
    viene vengono voi vostro dimmi
    """,
    "portuguese": """
    a à ao aos aquela aquelas aquele aqueles aquilo as às até cada com como contra da das de dela dele deles depois
    desde dessa desse desta deste deve devem do dois dos e é ela elas ele eles em enquanto entre era eram essa essas
    esse esses esta está estão estar estas estava este estes eu foi foram há isso isto já la lhe lhes lo mais mas me
    mediante mesma mesmo meu meus minha muita muitas muito muitos na nas não nem nessa nesse nesta neste no nos nós
    nossa nosso num numa o onde os ou outra outras outro outros para pela pelas pelo pelos per pode podem pois por
    porém porque porquê quais qual qualquer quando quanta quantas quanto quantos que quê quem são se seja sem sempre
    ser será seu seus si sido só sob sobre sua suas também tão te tem têm ter teu tinha toda todas todo todos tu tua
    um uma umas uns você vocês vos diga
    """,
    "dutch": """
    aan al alle als altijd andere ben bent bij daar dan dat de der deze die dit doch doen door dus een eens en er ge
    geen geweest haar had hadden heb hebben heeft hem het hier hij hoe hoeveel hun iemand iets ik in is ja je jij
    jou jouw jullie kan kon kunnen maar me meer men met mij mijn moet moeten na naar niet niets nog nu of om omdat
    ons onze ook op over reeds te tegen toch toen tot u uit uw van veel voor waar waarom waarmee waarvan wanneer
    want waren was wat we wel welk welke werd werden wezen wie wiens wij wil worden wordt zal ze zelf zich zij zijn
    zo zoals zonder zou zouden
    """,
    "swedish": """
    alla allt andra att av bara blev bli blir blivit både de dem den denna deras dess dessa det detta dig din dina
    ditt du där då efter ej eller en er era ett från för ha hade han hans har henne hennes hon honom hos hur hit i
    icke in inom inte jag ju kan kunde kunna man med mellan men mig min mina mitt mot mycket många ni nu när någon
    något några och om oss på samma sedan sig sin sina sitt sitta ska skall skulle som så sådan till under upp ut
    utan vad var vara varför varit varje vars vart vem vems vi vid vilka vilkas vilken vilket vår våra vårt än är åt
    över
    """,
    "danish": """
    ad af alle alt anden andet andre at bare blev blive bliver da de dem den denne der deres det dette dig din disse
    dog du efter eller en end er et for fra få får ham han hans har havde have hende hendes her hos hun hvad hvem
    hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår i ikke ind jeg jer jo kan kun kunne man mange med meget
    mellem men mig min mine mit mod må ned noget nogen nogle nu når og også om op os over på selv sig sin sine sit
    skal skulle som sådan thi til ud uden under var ved vi vil ville vor være været
    """,
    "norwegian": """
    alle alt andre at av bare begge ble bli blir blitt både da de dem den denne der dere deres det dette din disse
    du eller en enn er et etter ett for fordi fra få får før ha hadde han hans har henne hennes her hos hun hva hvem
    hver hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke ingen inn jeg kan kunne man mange med meg meget
    mellom men mens min mine mot mye må ned noe noen nå når og også om opp oss over på samme seg selv sin sine sitt
    skal skulle slik som så til ut uten var ved vi vil ville vår være vært å
    """,
    "finnish": """
    ei eivät ehkä eli emme en ennen et että ettei haluaa hän hänen he heidän hyvin ilman itse ja jo johon joiden
    joissa joita joka jokainen jolla jolle jonka jos joskus jossa josta jota jotka jotta kaikki kanssa keiden kenen
    kenelle ketkä koko koska kuin kuinka kuka kun kyllä luona lähellä me mihin mikä miksi mikään millainen milloin
    millä minkä minun minä missä mistä miten mitkä mitä monta moni muiden mukaan mutta muu muut myös myöten ne
    niiden niin niissä niitä no noin nuo nyt näiden näin nämä olemme olen olet oli olisi olivat olla ollut on onko
    ovat paljon pitää saa se sekä sen siellä siinä siitä sinun sinä sitä siis siten sillä sitten tai te tuo tämä
    tämän tässä tästä tätä vaan vai vaikka vain voi voidaan voivat vielä yli
    """,
    "hungarian": """
    a abban addig ahogy ahol aki akik akkor alatt amely amelyek amelyet amelynek amikor ami amit annak arra arról az
    azok azon azonban azt aztán azután azzal be benne csak de e ebben egy egyes egyik egyéb egész ehhez ekkor el
    előtt első ennek erre és ez ezek ezen ezért ezt ezzel fel felé ha hanem hány hogy hogyan hol honnan hová hozzá
    igen ill illetve ilyen is itt jól ki kell kellett két kié kik kit körül között le legyen lehet lenni lesz lett
    máshol már más meg mely melyek melyik melyiket mennyi meddig mert mi miatt mik mikor milyen mind minden mindig
    mint mit miért mivel nagyon ne nem néhány nincs ő ők olyan ott össze pedig s saját sem semmi sok sokkal szerint
    számára számos talán tehát teljes tovább úgy után utolsó vagy vagyis való valaki valamely van vannak volt voltak
    által
    """,
    "romanian": """
    a acea aceasta această aceea acei aceia acel acela acele acest acesta aceste acestea acestei acestor acestui
    aceștia ai aici al ale alt alta altă alte altul am ar are aș astfel asupra atât atunci au avea aveau avut ca că
    când care cât câte câți căror cărui ce cea cei cel cele cine ci cînd cu cum cui da dacă dar dată de deci decât
    deja despre din dintre doar după e ea ei el ele era erau este eu face fără fi fie fiecare fiind fost iar îi îl
    îmi în înainte încă însă între își îți la le li lor lui mai mea mei meu mult multe mulți ne nici nimic noi
    nostru nu o ori orice pe pentru peste până poate pot prea prin printre s sa să sale sau se si și sub sunt spre
    tot toate toată toți tu un una unde unei unele unor unui unul va vei voi vom vor vostru
    """,
    "turkish": """
    acaba altında ama ancak ara asla aslında ayrıca az bana bazı belki ben beni benim beri bile bir biri birçok
    biraz biz bize bizi bizim böyle böylece bu buna bunda bundan bunlar bunları bunların bunu bunun burada çok çünkü
    da daha de değil defa diğer diye dolayı e eğer en gibi göre hangi hangisi hani hem henüz hep hepsi her herhangi
    herkes hiç hiçbir için içinde ile ise işte ilgili iki ı kaç kadar karşı kendi kendine kendini ki kim kime kimi
    kimin kimse mı mi mu mü nasıl ne neden nedeni nerede nereden nereye nin niye niçin o olan olarak oldu olduğu
    olduğunu olduklarını olmadı olmak olması olmayan olsa olsun olup olur olursa oluyor ona ondan onlar onlara
    onları onların onu onun orada oysa öyle pek rağmen sadece sana sanki sen seni senin siz size sizi sizin sonra
    şey şu şuna şunu tarafından tüm üzere var vardı ve veya ya yani yapılan yapar yaptı yerine yine yok yoksa zaten
    """,
}
"""The words of each language that are matched only where there is nothing else."""

ABBREVIATIONS = {
    "german": """
    abb abs abt allg anm art aufl az bd best betr bez bspw bzgl bzw ca dgl dipl dr dt ebd ehem eigtl einschl engl
    entspr evtl ff fig frl geb gem ggf gr hg hl hr hrn hrsg ing inkl insb jh jhd jr kap kgl lfd lt mind mio mrd nr
    pos prof sog sr st std str tab tel ugs urspr verf verh vgl vol vorm zzgl
    """,
    "french": """
    al apr art av bd cf ch chap coll dr env ex fig hab ibid id mgr mlle mlles mm mme mmes obs op pl pp pr prof réf
    sq st ste suiv sv tél trad vol vs éd édit
    """,
    "spanish": """
    ap art av avda cap cf cía da depto dr dra dña ed ej excmo fig gral ib id ilmo ind izq núm op pág págs pd pp prof
    profa ref sr sra sres srta sta sto tel tít ud uds vd vol
    """,
    "italian": """
    all art avv ca cap cfr cit dott ed es fig ibid ing num op pag pagg par prof rag rif sec seg segg sen sig sigg
    sigra spett tab tel trad vol
    """,
    "portuguese": """
    al apto art av cap cf cia dr dra ed ex exa fig ltda núm op pág págs pp prof profa sr sra sto tel vol
    """,
    "dutch": """
    afb art bijv blz bvb ca dhr dr drs evt fig hfdst incl ing ir mevr mr mw nl nr par prof resp st tel vgl vnl zgn
    """,
    "swedish": """
    bl ca dr dvs el enl ev ex fr inkl jfr kap kl nr obs prof resp sid st tel vol
    """,
    "danish": """
    bl ca dr dvs eks el evt ff fhv fr hr inkl jf kap kgl nr pga pr prof sk skt st tlf vha vol
    """,
    "norwegian": """
    bl ca dr dvs eks el evt ff fr hr inkl jf kap nr pga pr prof sk st tlf vha vol
    """,
    "finnish": """
    ap dipl eaa ent esim fil huom joht klo ko ks lk lkm maist mm mrd ns nk oik prof ps puh siht synt tms toht tri ts
    vrt vs yht yl
    """,
    "hungarian": """
    ált bp cca db dr du ezr gk ifj ill ind int izr jan kb krt ld max min okl özv pl prof ref sz szt tel ti tkp ui ún
    vm vö
    """,
    "romanian": """
    al alin art aprox bd bl cap cca cf conf dl dna dr ex fig ing jr lit max min na nr op pag par pct pp prof sec sf
    str tel vol
    """,
    "turkish": """
    alb apt av bk bkz bl bn bşk cad çev doç dr ed fak gör hz kr ltd müh no nr öğr ör örn org ort prof sa sn sok tel
    ünv yay yrd
    """,
}
"""What may end in a full stop before a name or a number amid a sentence; English is the splitter's own."""

_SAMPLE = 1_500
"""Characters at the beginning, in the middle and at the end of a text that are looked at."""
_THE = 200
"""Characters, at most, for each English article in a text that is English beyond doubt."""
_LEAST_WORDS = 4
_LEAST_SHARE = 0.08
_BEYOND_ENGLISH = 2
"""For another language: different function words, their share of the text, how many times as many as English ones."""
_EDGES = " \t\r\n.,;:!?()[]\"'’«»„“”…-–—*_#"


def language_named(name: str) -> str | None:
    """The language of a name or code; None for one that is not known.

    >>> language_named("DE"), language_named("German"), language_named("pt-BR"), language_named("klingon")
    ('german', 'german', 'portuguese', None)
    """
    low = name.strip().casefold()
    return low if low in CODES else _OTHER_NAMES.get(re.split("[-_]", low)[0])


def language_of(text: str) -> str:
    """The language that most of a text is in, told by its function words; English where they do not tell.

    >>> language_of("Die Brücke wurde 1874 von Ada Stone gebaut, und sie steht noch.")
    'german'
    >>> language_of("Ada Stone, 1874: die casting")
    'english'
    """
    sample = _sample(text)
    if sample.count(" the ") * _THE > len(sample):
        return ENGLISH  # so are most texts, and this takes no time
    found = _function_words_of(sample)
    told, most = max(found.items(), key=lambda entry: entry[1].total())  # the first of several
    words = len(sample.split())
    enough = len(most) >= _LEAST_WORDS and most.total() >= _LEAST_SHARE * words
    return told if enough and most.total() >= _BEYOND_ENGLISH * found[ENGLISH].total() else ENGLISH


def function_word_counts(text: str) -> dict[str, int]:
    """How many function words of each language a text has. Single letters tell nothing.

    >>> counts = function_word_counts("Wer war Ada Stone?")
    >>> counts["german"], counts["french"]
    (2, 0)
    """
    return {language: found.total() for language, found in _function_words_of(text).items()}


def _sample(text: str) -> str:
    if len(text) <= 3 * _SAMPLE:
        return text
    middle = (len(text) - _SAMPLE) // 2
    return f"{text[:_SAMPLE]} {text[middle : middle + _SAMPLE]} {text[-_SAMPLE:]}"


def _function_words_of(text: str) -> dict[str, Counter[str]]:
    """How often each function word of each language stands in a text."""
    by_word = _languages_by_word()
    found: dict[str, Counter[str]] = {language: Counter() for language in LANGUAGES}
    for marked, count in Counter(text.casefold().split()).items():
        word = marked.strip(_EDGES)
        for language in by_word.get(word, ()):
            found[language][word] += count
    return found


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in FUNCTION_WORDS.items():
        for word in dict.fromkeys(words.split()):
            if len(word) > 1:
                found.setdefault(word.casefold(), []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}
