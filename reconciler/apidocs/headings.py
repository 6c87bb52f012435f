"""The words by which a page's plain text says where its fields go, and which marks a field has.

Pages come in several languages, their labels translated by the docs site or by the brand. Pure, stdlib.
"""

from __future__ import annotations

import re

from reconciler.apidocs.page import Where

PLACES: tuple[tuple[str, Where | None], ...] = (
    (r"path (?:string )?param(?:eter)?s?|pfad-?\s?parameter", "path"),
    (r"par[aâá]m[eè]tr(?:os?|es|i) (?:de (?:ruta|caminho|chemin)|di percorso)", "path"),
    (r"query (?:string )?param(?:eter)?s?|(?:ab|an)frage-?\s?parameter", "query"),
    (r"par[aâá]m[eè]tr(?:os?|es|i) (?:de (?:consulta|requête)|di query)", "query"),
    (r"(?:request(?: body)?|body(?: param(?:eter)?s?)?|parameters)", "body"),
    (r"(?:anfrage-?(?:körper|text|body)|anfrage|request-body)", "body"),
    (
        r"(?:cuerpo de la solicitud|corpo da (?:requisição|solicitação)|corps de la requête|corpo della richiesta)",
        "body",
    ),
    (r"(?:(?:error )?responses?(?: (?:fields|body|param(?:eter)?s?))?|returns)", "response"),
    (r"(?:(?:fehler-?)?antwort(?:en|felder|-body)?|respuestas?(?: de error)?|respostas?(?: de erro)?)", "response"),
    (r"(?:réponses?(?: d'erreur)?|rispost[ae]|yanıt(?:lar)?|отговор)", "response"),
    (r"(?:(?:request |response )?examples?(?: (?:requests?|responses?))?|beispiele?|ejemplos?|exemplos?)", None),
)
"""Headings that say where the fields under them go; None ends the fields."""
REQUIRED = frozenset(
    (
        *("required", "erforderlich", "pflichtfeld", "obligatorio", "obligatoria", "requerido", "obrigatório"),
        *("requis", "obligatoire", "obbligatorio", "zorunlu", "задължително"),
    )
)
OPTIONAL = frozenset(
    ("optional", "opcional", "optionnel", "opzionale", "facultatif", "isteğe bağlı", "deprecated", "body")
)
DEFAULT = re.compile(
    r"(?:default|standard|standardwert|predeterminado|por defecto|padrão|par défaut):\s*"
    r"(?:[\"“](?P<value>.*)[\"”]|(?P<bare>[^\s\"“].*))"
)
FOLD = re.compile(
    r"(?:show|hide|anzeigen|ausblenden|mostrar|ocultar|afficher|masquer|mostra)\s+\S.*"
    r"|.*\s(?:anzeigen|ausblenden|einblenden)",
    re.IGNORECASE,
)
"""The button of a fold-out, as it is copied with the page."""
NO_PLACE = "none"


def place_of(line: str) -> str | None:
    """Where fields under this heading go, None where it ends the fields, NO_PLACE where it says nothing of it."""
    for pattern, place in PLACES:
        if re.fullmatch(pattern, line.strip(), re.IGNORECASE):
            return place
    return NO_PLACE
