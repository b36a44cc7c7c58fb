"""The notice inside an archive, in French (ARC-03): what each file and field is, and how to check it without us."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from textwrap import wrap
from typing import Final

from appliance.audit import projection as shape
from appliance.audit.dump import Names
from appliance.audit.notice_words import KINDS, field
from appliance.core import signed

_WIDTH: Final = 100

_HEAD: Final = """NOTICE DE L'ARCHIVE FISCALE

Cette archive est un fichier ZIP sans compression. Elle contient tout ce que la caisse a enregistré entre deux
clôtures : le journal d'origine, les mêmes données en clair (CSV et JSON, UTF-8), et de quoi prouver que les unes
disent ce que dit l'autre. Aucun logiciel de la caisse n'est nécessaire pour la lire.


1. MOTS

enregistrement     un acte de la caisse, numéroté sans trou depuis 0 (« seq »).
chaîne             chaque enregistrement entre dans l'empreinte du suivant ; changer, ôter ou déplacer l'un d'eux
                   change toutes les empreintes qui suivent. La chaîne porte le nom (32 chiffres hexadécimaux)
                   tiré de son premier enregistrement ; ce nom est imprimé sur chaque ticket Z.
tête               empreinte SHA-256 (FIPS 180-4) après un enregistrement.
segment            fichier de 4 Mio du journal d'origine, dont l'en-tête est signé.
signature          Ed25519 (RFC 8032), par la clé que seule la caisse détient.
total perpétuel    somme de toutes les ventes depuis la mise en service, jamais remise à zéro : algébrique (un
                   remboursement la diminue) et en valeur absolue (un remboursement l'augmente).
classe du témoin   ce qui, hors du journal, atteste qu'il n'a pas été remplacé par un état plus ancien :
                   A un compteur matériel qui ne recule pas, B des reçus d'un tiers, C rien.
                   « unwitnessed » est le plus long temps sans témoin, en millisecondes.
unités             sommes en centimes d'euro, TTC sauf mention ; quantités en millièmes ; taux en centièmes de %
                   (2000 = 20 %) ; heures locales avec leur décalage, ou millisecondes UTC depuis 1970.


2. FICHIERS

manifest.cose      déclaration signée (COSE_Sign1, RFC 9052) : période, têtes de chaîne, liste des fichiers avec
                   taille et SHA-256. Le champ 14 est la clé publique qui signe.
manifest.json      la même déclaration, lisible.
journal/*.seg      segments d'origine, octet pour octet. Le dernier s'arrête après la clôture.
data/records.jsonl un enregistrement par ligne, en JSON, dans l'ordre.
data/NATURE.csv    les mêmes, par nature (section 4).
data/jet.csv       journal des événements techniques.
data/signatures.csv  chaînes signées, en clair (section 5).
data/keys.csv      clé publique de chaque segment.
control/*          document de contrôle de la période, s'il a été établi.
verifier/*         deux programmes de vérification (section 6).
notice.txt         ce texte.

CSV : séparateur « ; », première ligne = noms des colonnes. Les listes sont en JSON, les octets en hexadécimal, une
case vide vaut « absent ». Une apostrophe est mise devant un texte qui commence par = + - @ : elle empêche un tableur
de le prendre pour une formule et n'est pas dans l'enregistrement.


3. COLONNES COMMUNES

seq                numéro de l'enregistrement
time               heure locale, ISO 8601, à la milliseconde
till               numéro de la caisse
operator           code de la personne ; vide : personne ou la caisse elle-même
session            numéro de la journée ouverte ; 0 : hors journée
"""

_CHECK: Final = """
6. VÉRIFIER

Demandez le programme de vérification à l'éditeur, ou prenez celui dont l'empreinte est sur l'attestation : la copie
placée dans l'archive vient de la même main que l'archive.

a. Ouvrir verifier.html dans un navigateur, sans réseau, et y déposer l'archive.
b. python3 sceau_verify.py ARCHIVE.zip --chain NOM    (NOM : la chaîne imprimée sur un ticket Z)
   Dernière ligne : « intact » ou « broken » suivi du premier enregistrement ou fichier qui n'est pas prouvé.
   Sans --chain le verdict dit seulement que l'archive est cohérente : un journal entièrement refait sous une autre
   clé le serait aussi.
c. À la main, avec OpenSSL 3 :
   - empreinte d'un fichier :    openssl dgst -sha256 data/ticket.csv      à comparer avec manifest.json
   - clé (64 chiffres hexadécimaux de data/keys.csv, colonne key) :
       (printf '302a300506032b6570032100'; printf CLE) | xxd -r -p > cle.der
       openssl pkey -pubin -inform DER -in cle.der -out cle.pem
   - chaîne signée (colonnes data et signature de data/signatures.csv, sans apostrophe ajoutée) :
       printf %s 'DATA' > chaine.txt
       printf %s 'SIGNATURE==' | tr -- '-_' '+/' | openssl base64 -d -A > chaine.sig
       openssl pkeyutl -verify -pubin -inkey cle.pem -rawin -in chaine.txt -sigfile chaine.sig
   La clé est celle du segment qui contient l'enregistrement : dans data/keys.csv, la dernière ligne dont
   first_record n'est pas plus grand que lui.

Une archive s'ouvre et se ferme sur une clôture. Deux archives se suivent quand « start_head » de l'une est
« end_head » de l'autre.
"""

_STRINGS: Final = """
5. CHAÎNES SIGNÉES

À l'instant de chaque vente, clôture, duplicata, événement technique ou archive, la caisse signe une chaîne de texte
par type. Chaque type a sa suite de numéros sans trou. Les champs sont séparés par des virgules ; l'avant-dernier vaut
O pour la première du type et N ensuite ; le dernier est la signature précédente du même type (base64url, RFC 4648).
TVA : « taux:TTC » séparés par « | ». Heure : AAAAMMJJHHMMSS. Dans un texte « , » devient « ; », l'espace « _ » et
« | » devient « / ».

type  nom                   chaîne
"""
_FORMS: Final = {
    signed.TICKET: "TVA,total,heure,caisse,numéro,document,première,précédente",
    signed.GRAND_TICKET: "TVA,total,perpétuel,absolu,heure,ticket,suite,première,précédente",
    signed.GRAND_DAY: "TVA,total,perpétuel,absolu,heure,jour,suite,première,précédente",
    signed.GRAND_MONTH: "TVA,total,perpétuel,absolu,heure,mois,suite,première,précédente",
    signed.GRAND_YEAR: "TVA,total,perpétuel,absolu,heure,exercice,suite,première,précédente",
    signed.DUPLICATE: "caisse,suite,document,duplicata,personne,heure,caisse,numéro,première,précédente",
    signed.JET: "suite,code,description,heure,personne,caisse,première,précédente",
    signed.TRAINING: "TVA,total,heure,caisse,numéro,document,première,précédente",
    signed.ARCHIVE: "TVA,total,heure,caisse,Archive,première,précédente",
}


def text(names: Names, kinds: Collection[int]) -> bytes:
    """`kinds`: those that stand in the archive. UTF-8, LF."""
    lines = [_HEAD, "\n4. NATURES PRÉSENTES DANS CETTE ARCHIVE\n"]
    for kind in sorted(kinds):
        name, fields = names[kind]
        lines += _kind(name, [fields[key] for key in sorted(fields)])
    rows = [f"{kind:4}  {signed.NAMES[kind]:21} {form}\n" for kind, form in _FORMS.items()]
    return "".join([*lines, _STRINGS, *rows, _CHECK]).encode()


def _kind(name: str, fields: list[str]) -> Iterator[str]:
    yield f"\n{shape.csv_name(name)}\n"
    yield _told("", KINDS.get(name, ""))
    for each in fields:
        yield _told(each, field(name, each))


def _told(name: str, words: str) -> str:
    front = f"  {name:17}  " if name else "  "
    rows = wrap(words, _WIDTH - len(front), break_long_words=False, break_on_hyphens=False)
    return "\n".join((front if at == 0 else " " * len(front)) + row for at, row in enumerate(rows or [""])) + "\n"
