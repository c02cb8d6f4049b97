"""Questions in German, French and Spanish about the Debian handbook: python scripts/languages.py HTML.

HTML is the folder of Debian's package debian-handbook with a folder a language (de-DE, fr-FR, es-ES). Each question is
asked in other forms of the words than the handbook's, of its own language and of all three together, and again without
the pages that answer most of them. `--language en` asks as if all were English; `--tell FOLDER` counts instead the
documents of a folder by the language that each tells.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import qa
from qa.errors import ReadError
from qa.languages import language_of
from qa.load import find, read

_FOLDERS = {"de": "de-DE", "fr": "fr-FR", "es": "es-ES"}
_ANSWERING = [
    "sect.user-group-databases.html",
    "sect.debian-internals.html",
    "sect.package-meta-information.html",
    "sect.config-printing.html",
]
"""The pages that are left out when the questions are asked again."""

QUESTIONS = {
    "de": [
        ("In welcher Datei werden die Benutzerlisten gespeichert?", r"passwd gespeichert"),
        ("Welche Felder trennt ein Doppelpunkt?", r"Doppelpunkt"),
        ("Womit editiert man die Gruppendateien?", r"vigr"),
        ("Wie viele Zeichen haben die von crypt erzeugten Zeichenketten?", r"13 druckbaren"),
        ("Welche Datenbanken enthalten registrierte Entwickler?", r"Datenbank, die alle"),
        ("Auf welchem Kontinent findet man Debians Entwickler?", r"allen Kontinenten"),
        ("Was zeigen Karten mit den Standorten der Entwickler?", r"Karte zu erstellen"),
        ("Welche Hilfsprogramme erleichtern die Arbeiten der Betreuer?", r"Betreuers erleichtern"),
        ("Was sind Unix-Gruppen?", r"Eine Unix-Gruppe ist"),
        ("Welche Textdatei speichert gehashtes Passwort?", r"gehashte Passw"),
        ("Welche Normen sind in den Richtlinien festgelegt?", r"legen die Normen fest|festgelegten Standards"),
        ("Wofür steht die Abkürzung RFC?", r"die Abk.rzung f.r"),
        ("Woraus entsteht das Endergebnis des Debian-Projekts?", r"entstehen zu gleichen"),
        ("Was passiert bei der Angabe von /bin/false als Shell?", r"/bin/false"),
        ("Welche Strukturen verwenden control-Dateien?", r"hnliche Struktur"),
        ("Welcher Befehl sperrt Dateien vor dem Starten eines Texteditors?", r"Befehle sperren"),
        ("Worauf verweist die Umgebungsvariablen HOME?", r"HOME"),
        ("Welche Informationen der Entwickler sind oeffentlich?", r"ffentlich"),
    ],
    "fr": [
        ("Où sont stockées les listes d'utilisateurs ?", r"stockée dans le fichier"),
        ("Quelles commandes éditent les fichiers des groupes ?", r"vigr"),
        ("Combien de caractères les chaînes générées par crypt ont-elles ?", r"13 caract"),
        ("Quelle base de données contient les développeurs enregistrés ?", r"base de données comprenant"),
        ("Que peut-on générer à partir d'une coordonnée géographique ?", r"générer une carte"),
        ("Sur quel continent trouve-t-on des développeurs ?", r"tous les continents"),
        ("Quels outils facilitent les travaux des mainteneurs ?", r"facilitent le travail"),
        ("Qu'est-ce que les groupes Unix ?", r"Un groupe Unix est"),
        ("Quel fichier stocke le mot de passe haché ?", r"etc/shadow stocke"),
        ("Quelle norme énonce la charte ?", r"énonce les normes"),
        ("De quoi résultent les richesses produites par Debian ?", r"résulte à la fois"),
        ("Comment découvre-t-on les imprimantes modernes du réseau ?", r"automatiquement découvertes"),
        ("Quel champ contient les noms complets d'un utilisateur ?", r"GECOS"),
        ("Que se passe-t-il avec /bin/false comme shell ?", r"/bin/false"),
        ("Quelles informations des developpeurs sont publiques ?", r"sont publiques"),
        ("Quelle option edite le fichier shadow ?", r"option -s"),
        ("Qui édite les fichiers texte simples ?", r"éditeur de texte|éditables"),
    ],
    "es": [
        ("¿Dónde se almacenan las listas de usuarios?", r"almacena la lista"),
        ("¿Qué órdenes editan los archivos de grupos?", r"vigr"),
        ("¿Cuántos caracteres tienen las cadenas generadas por crypt?", r"13 caracteres"),
        ("¿Qué bases de datos incluyen al desarrollador registrado?", r"base de datos que incluye"),
        ("¿Qué permite crear una coordenada geográfica?", r"creación de un mapa"),
        ("¿En qué continente hay desarrolladores?", r"todos los continentes"),
        ("¿Qué herramienta facilita los trabajos del desarrollador?", r"facilitan el trabajo"),
        ("¿Qué son los grupos Unix?", r"Un grupo Unix es"),
        ("¿Qué archivo almacena la contraseña con hash?", r"almacena las contraseñas"),
        ("¿De qué es responsable cada desarrollador de Debian?", r"responsable de al menos"),
        ("¿Qué información de los desarrolladores es publica?", r"es pública"),
        ("¿Qué programa bloquea los archivos?", r"bloquean el archivo"),
        ("¿Qué campo contiene los nombres completos?", r"GECOS"),
        ("¿Qué opción permite la edición de archivos shadow?", r"opción -s"),
    ],
}
"""Each with a pattern that only a sentence which answers it fits."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, metavar="HTML")
    parser.add_argument("--language", default="auto")
    parser.add_argument("--tell", action="store_true")
    options = parser.parse_args()
    if options.tell:
        print(dict(_told(options.folder)))
        return
    every = [options.folder / name for name in _FOLDERS.values()]
    for language, name in _FOLDERS.items():
        for what, corpus in (("alone", [options.folder / name]), ("all three", every)):
            with qa.open(corpus, language=options.language) as library:
                found = _asked(library, language)
            with qa.open(corpus, language=options.language, exclude=_ANSWERING) as library:
                without = _asked(library, language)
            print(f"{language} {what:9}  {found}; without the pages that answer: {without['answered']} answered")


def _told(folder: Path) -> Counter[str]:
    """How many documents of a folder tell each language."""
    told: Counter[str] = Counter()
    for source in find([folder], exclude=())[0]:
        try:
            told[language_of(read(source).text)] += 1
        except ReadError:
            told["unread"] += 1
    return told


def _asked(library: qa.Library, language: str) -> dict[str, int]:
    """How many questions have their answer first, or among the first three, and how many are answered, and rightly."""
    counts = dict.fromkeys(("asked", "first", "first three", "answered", "answered right"), 0)
    for question, pattern in QUESTIONS[language]:
        reply = library.answer(question)
        fits = [bool(re.search(pattern, quote.text)) for quote in (*reply.quotes, *reply.nearest)]
        for name, holds in zip(counts, _judged(reply, fits), strict=True):
            counts[name] += holds
    return counts


def _judged(reply: qa.Answer, fits: Sequence[bool]) -> tuple[bool, ...]:
    right = any(fits[:1])
    return True, right, any(fits), reply.answered, reply.answered and right


if __name__ == "__main__":
    main()
