"""Everything the page and its papers say, in French and in English: one table a language, with the same keys."""

from __future__ import annotations

from typing import Final

LANGUAGES: Final = {"fr": "Français", "en": "English"}
MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # English only

FR: Final = {
    "title": "Sceau · espace propriétaire",
    "skip": "Aller au contenu",
    "menu": "Menu",
    "tills": "Caisses",
    "proof": "Preuve d'exhaustivité",
    "logout": "Se déconnecter",
    "language": "Langue",
    "login": "Se connecter",
    "login_lead": "L'espace du propriétaire : ce que vos caisses ont transmis, et ce qui manque.",
    "name": "Nom",
    "password": "Mot de passe",
    "login_wrong": "Ce nom et ce mot de passe ne vont pas ensemble. Vérifiez les deux et recommencez.",
    "login_wait": "Trop d'essais. Le prochain sera regardé dans {wait}.",
    "login_over": "Votre session est terminée. Connectez-vous de nouveau.",
    "error_403": "Cette demande ne vient pas de cette page. Revenez en arrière, rechargez la page et recommencez.",
    "error_404": "Il n'y a rien à cette adresse pour vous.",
    "error_400": "Cette demande n'a pas la bonne forme. Revenez en arrière et recommencez.",
    "error_503": "Le magasin de données ne répond pas clairement. Rien n'est perdu : réessayez dans un instant.",
    "error_title": "Demande refusée",
    "back": "Revenir aux caisses",
    "tills_lead": (
        "Ce qu'une caisse n'a pas encore transmis n'est connu que d'elle : cette page dit ce qui est arrivé, "
        "et depuis quand plus rien n'arrive."
    ),
    "tills_none": "Aucune caisse n'est inscrite pour vos entreprises.",
    "shop_unnamed": "Établissement sans nom transmis",
    "siret": "SIRET",
    "till": "Caisse",
    "state": "État",
    "last": "Dernier reçu",
    "never": "jamais",
    "records": "Enregistrements",
    "remarks": "À savoir",
    "open_till": "Voir la caisse {till}",
    "well": "À jour",
    "silent": "Silencieuse",
    "new": "N'a rien envoyé",
    "missing": "Il manque des données",
    "fork": "Deux histoires",
    "broken": "Données altérées",
    "revoked": "Révoquée",
    "retired": "Retirée",
    "unknown": "Inconnue du registre",
    "open": "Fin non prouvée",
    "complete": "Complète",
    "holes_n": "trous : {n}",
    "forks_n": "histoires divergentes : {n}",
    "broken_n": "objets altérés : {n}",
    "quarantine_n": "lots reçus après révocation : {n}",
    "defects_n": "défauts signalés par la caisse : {n}",
    "jumps_n": "clôtures manquantes : {n}",
    "to_record": "jusqu'à n° {n}",
    "none_yet": "aucun",
    "closings_none": "aucune",
    "batches_n": "lots : {n}",
    "ago_now": "à l'instant",
    "ago_minutes": "il y a {n} min",
    "ago_hours": "il y a {n} h",
    "ago_days": "il y a {n} j",
    "wait_seconds": "{n} s",
    "wait_minutes": "{n} min",
    "chain": "Chaîne",
    "shop": "Établissement",
    "enrolled": "Inscrite le",
    "head": "Tête",
    "stored": "Enregistrements reçus",
    "revoked_at": "Révoquée le",
    "retired_at": "Retirée le",
    "findings": "Ce qui ne va pas",
    "no_findings": "Rien : tous les enregistrements reçus se suivent, sans trou et sans autre histoire.",
    "hole": "Il manque les enregistrements {since} à {until}.",
    "hole_days": "Il manque les enregistrements {since} à {until}, faits du {first} au {last}.",
    "tail": "Rien n'est arrivé à partir de l'enregistrement {since} : la suite, la caisse seule la connaît.",
    "tail_all": "Rien n'est jamais arrivé de cette caisse.",
    "broken_one": "L'objet n° {seq} du magasin de données ne tient pas. Raison technique : {why}",
    "jump": "Après la clôture Z {one} vient la clôture Z {other} : il en manque entre les deux.",
    "defect": "La caisse a signalé elle-même un défaut : enregistrement {seq}.",
    "quarantine": "Après la révocation, {n} lots sont arrivés. Ils sont gardés, dans la même suite.",
    "forks": "Autres histoires gardées comme preuve",
    "forks_lead": (
        "La clé de cette caisse a signé une deuxième suite : une sauvegarde a été restaurée ou la carte a été"
        " copiée. La suite reçue en premier fait foi ici ; l'autre est gardée telle quelle."
    ),
    "fork_from": "Enregistrements",
    "fork_hash": "Empreinte",
    "fork_file": "Télécharger la preuve",
    "days": "Jour par jour",
    "days_none": "Rien n'a été enregistré ce mois.",
    "day": "Jour",
    "batches": "Lots",
    "closings": "Clôtures",
    "closing_day": "Z {number} du {period}",
    "closing_month": "Mois {period}",
    "closing_year": "Exercice {period}",
    "month_before": "Mois précédent",
    "month_after": "Mois suivant",
    "from_to": "{first} à {last}",
    "proof_lead": (
        "Choisissez une période : la preuve dit quelles caisses devaient transmettre, ce qui est arrivé, et "
        "ce qui manque, à l'enregistrement près."
    ),
    "first": "Du",
    "last_day": "Au",
    "prove": "Établir la preuve",
    "period_wrong": "Donnez deux dates, la première avant la seconde.",
    "proof_complete": "Tout est là",
    "proof_incomplete": "La preuve n'est pas complète",
    "proof_empty": "Aucune caisse attendue",
    "proof_complete_why": (
        "Chaque caisse attendue a transmis tous ses enregistrements de la période, et au moins un d'après."
    ),
    "proof_incomplete_why": "{n} caisses sur {all} ne sont pas prouvées complètes. Le détail est ci-dessous.",
    "proof_empty_why": "Aucune caisse n'était inscrite pour vos entreprises dans cette période.",
    "download_pdf": "Télécharger en PDF",
    "download_json": "Télécharger en JSON",
    "came": "Reçu",
    "is_missing": "Manque",
    "nothing": "rien",
    "stranger": "Le registre nomme comme remplaçante une chaîne qu'il ne connaît pas : {chain}.",
    "made": "Établie le {time}",
    "how": "Comment vérifier",
    "how_check": (
        "Le fichier JSON se vérifie sans nous : sceau-collector check-proof FICHIER --root CLÉ recompte tout "
        "à partir des reçus signés."
    ),
    "how_root": "La clé racine est celle que chaque caisse a épinglée à son inscription : comparez-la.",
    "how_receipts": (
        "Chaque reçu est signé (COSE_Sign1, Ed25519) par une clé du journal de clés, lui-même signé par la clé racine."
    ),
    "how_verify": (
        "Une archive de la caisse se vérifie avec sceau verify ou la page de vérification : ses "
        "enregistrements mènent aux mêmes têtes."
    ),
    "how_limits": (
        "La preuve porte sur ce que les caisses ont enregistré et transmis ; aucun total n'y figure qui ne "
        "soit lu dans un enregistrement signé."
    ),
    "root": "Clé racine",
    "page_of": "page {n} / {all}",
    "locale": "fr-FR",
}

EN: Final = {
    "title": "Sceau · owner's page",
    "skip": "Skip to content",
    "menu": "Menu",
    "tills": "Tills",
    "proof": "Completeness proof",
    "logout": "Log out",
    "language": "Language",
    "login": "Log in",
    "login_lead": "The owner's page: what your tills have sent, and what is missing.",
    "name": "Name",
    "password": "Password",
    "login_wrong": "This name and this password do not belong together. Check both and try again.",
    "login_wait": "Too many tries. The next one is looked at in {wait}.",
    "login_over": "Your session is over. Log in again.",
    "error_403": "This request does not come from this page. Go back, load the page again and repeat it.",
    "error_404": "There is nothing for you at this address.",
    "error_400": "This request has not the right form. Go back and try again.",
    "error_503": "The store does not answer clearly. Nothing is lost: try again in a moment.",
    "error_title": "Request refused",
    "back": "Back to the tills",
    "tills_lead": (
        "What a till has not sent yet, only the till knows: this page says what has come, and since when "
        "nothing comes any more."
    ),
    "tills_none": "No till is enrolled for your companies.",
    "shop_unnamed": "Shop that has sent no name yet",
    "siret": "SIRET",
    "till": "Till",
    "state": "State",
    "last": "Last receipt",
    "never": "never",
    "records": "Records",
    "remarks": "Worth knowing",
    "open_till": "Look at till {till}",
    "well": "Up to date",
    "silent": "Silent",
    "new": "Has sent nothing",
    "missing": "Data is missing",
    "fork": "Two histories",
    "broken": "Data was altered",
    "revoked": "Revoked",
    "retired": "Retired",
    "unknown": "Not in the registry",
    "open": "End not proven",
    "complete": "Complete",
    "holes_n": "holes: {n}",
    "forks_n": "other histories: {n}",
    "broken_n": "altered objects: {n}",
    "quarantine_n": "batches after revocation: {n}",
    "defects_n": "defects that the till reported: {n}",
    "jumps_n": "closings missing: {n}",
    "to_record": "up to no. {n}",
    "none_yet": "none",
    "closings_none": "none",
    "batches_n": "batches: {n}",
    "ago_now": "just now",
    "ago_minutes": "{n} min ago",
    "ago_hours": "{n} h ago",
    "ago_days": "{n} d ago",
    "wait_seconds": "{n} s",
    "wait_minutes": "{n} min",
    "chain": "Chain",
    "shop": "Shop",
    "enrolled": "Enrolled",
    "head": "Head",
    "stored": "Records received",
    "revoked_at": "Revoked",
    "retired_at": "Retired",
    "findings": "What is wrong",
    "no_findings": "Nothing: all records received follow each other, without a hole and without another history.",
    "hole": "Records {since} to {until} are missing.",
    "hole_days": "Records {since} to {until}, made from {first} to {last}, are missing.",
    "tail": "Nothing has come from record {since} on: what the till did after that, only the till knows.",
    "tail_all": "Nothing has ever come from this till.",
    "broken_one": "Object no. {seq} of the store does not hold. Technical reason: {why}",
    "jump": "After closing Z {one} comes closing Z {other}: some are missing between them.",
    "defect": "The till itself has reported a defect: record {seq}.",
    "quarantine": "After the revocation {n} batches have come. They are kept, in the same line.",
    "forks": "Other histories kept as evidence",
    "forks_lead": (
        "This till's key has signed a second line: a backup was restored, or the card was copied. The line "
        "that came first counts here; the other one is kept as it is."
    ),
    "fork_from": "Records",
    "fork_hash": "Hash",
    "fork_file": "Download the evidence",
    "days": "Day by day",
    "days_none": "Nothing was recorded this month.",
    "day": "Day",
    "batches": "Batches",
    "closings": "Closings",
    "closing_day": "Z {number} of {period}",
    "closing_month": "Month {period}",
    "closing_year": "Fiscal year {period}",
    "month_before": "Month before",
    "month_after": "Month after",
    "from_to": "{first} to {last}",
    "proof_lead": (
        "Choose a period: the proof says which tills should have sent, what came, and what is missing, to the record."
    ),
    "first": "From",
    "last_day": "To",
    "prove": "Make the proof",
    "period_wrong": "Give two dates, the first one before the second.",
    "proof_complete": "Everything is here",
    "proof_incomplete": "The proof is not complete",
    "proof_empty": "No till was expected",
    "proof_complete_why": (
        "Each till that was expected has sent all its records of the period, and at least one of after it."
    ),
    "proof_incomplete_why": "{n} of {all} tills are not proven complete. The details are below.",
    "proof_empty_why": "No till was enrolled for your companies in this period.",
    "download_pdf": "Download as PDF",
    "download_json": "Download as JSON",
    "came": "Received",
    "is_missing": "Missing",
    "nothing": "nothing",
    "stranger": "The registry names as a successor a chain that it does not know: {chain}.",
    "made": "Made on {time}",
    "how": "How to check it",
    "how_check": (
        "The JSON file can be checked without us: sceau-collector check-proof FILE --root KEY counts again "
        "from the signed receipts."
    ),
    "how_root": "The root key is the one that each till has pinned when it was enrolled: compare it.",
    "how_receipts": (
        "Each receipt is signed (COSE_Sign1, Ed25519) by a key of the key log, which the root key has signed."
    ),
    "how_verify": (
        "An archive of the till is checked with sceau verify or the verifier page: its records lead to the same heads."
    ),
    "how_limits": (
        "The proof is about what the tills have recorded and sent; it holds no total that is not read from a "
        "signed record."
    ),
    "root": "Root key",
    "page_of": "page {n} / {all}",
    "locale": "en-GB",
}

WORDS: Final = {"fr": FR, "en": EN}
