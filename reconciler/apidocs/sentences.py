"""What sentences say: one table of patterns, what each gives, and a sentence of our own that it must understand.

Rules are tried from top to bottom, and a stretch of text is used once: a rule further down never reads what one above
has read; only lists of values share their words with others. In a pattern, `{n}` is a number, `{d}` one of digits,
`{to}` what joins the ends of a range, `{values}` a list of values of enum fields with or without the word mode, `{one}`
one value, `{q}` a quote or none, `{span}` a quoted value and what is said of it in brackets; `{chars}`, `{max}`,
`{min}`, `{options}` and `{named}` are words for characters, "at most", "at least", "options" and a field or a value.
Case is ignored.
No name and no value of any vendor stands here: values come in from the page's own fields. Pure, stdlib.
"""

from __future__ import annotations

from reconciler.apidocs.wording import WORD, Rule, row

RULES: tuple[Rule, ...] = (
    # -- the values that a text lists
    row(
        "choices",
        r"\b{options}(?: are)?\s(?P<list>{span}(?:{join}{span})+)",
        "One of `far`, `near` (default).",
        list="`far`, `near` (default)",
    ),
    row("choices", r":\s*(?P<list>{span}(?:{join}{span})+)", "How it sounds: `far` or `near`.", list="`far` or `near`"),
    row(
        "choices",
        r"\((?P<list>`[^`\n]+`(?:{join}`[^`\n]+`)+)\)",
        "How it sounds (`far` or `near`).",
        list="`far` or `near`",
    ),
    row(
        "choices",
        r"\b{options}(?: are)?:\s+(?P<list>{plain}(?:, {plain})+)(?=\s*(?:[.\n);]|$))",
        "Valid options: far, very near",
        list="far, very near",
    ),
    row(
        "choices",
        rf":\s(?P<list>{WORD}(?:, {WORD})*,? (?:or|oder|ou|o) {WORD})\s*(?=\.|$|\n)",
        "How it sounds: far, wide, or near.",
        list="far, wide, or near",
    ),
    # -- defaults, before anything looks inside the quotes that may hold one
    row(
        "default",
        r"\bdefault(?:s to\s|(?: value)?(?: is\s|:))\s*(?P<value>\"[^\"]*\"|“[^”]*”|`[^`]*`|[^\s,;)]+)",
        "How long it rings (1-90, default: 20).",
        value="20",
    ),
    row(
        "default",
        r"\b(?:Standard(?:wert)?|Voreinstellung|predeterminado|por defecto|padrão|par défaut):\s*"
        r"(?P<value>\"[^\"]*\"|“[^”]*”|`[^`]*`|[^\s,;)]+)",
        "Wie lange es klingelt. Standardwert: 20",
        value="20",
    ),
    row(
        "default", r"`(?P<value>[^`]+)` \((?:the )?default\b", "Key that ends the input: `9` (default), `8`.", value="9"
    ),
    row(
        "default",
        r"(?:(?<=: )|(?<=, ))(?P<value>[\w#*-]+) \((?:the )?default(?=\)|\s*[—–-])",
        "Key that ends the input. Options: 9 (default), 8",
        value="9",
    ),
    row(
        "timezone",
        r"\b(?:time ?zone|Zeitzone|zona horaria|fuso hor[áa]rio|fuseau horaire|saat dilimi|часова зона)\b"
        r".*?\b(?-i:[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)",
        "The practice's time zone, such as Europe/Lisbon.",
    ),
    row("quoted", r"\"[^\"]*\"|“[^”]*”", 'What to say while somebody waits, for instance "back in 2-3 minutes".'),
    # -- sizes
    row("length", r"\b(?P<low>{d}){to}(?P<high>{d}) {chars}", "A short label (3-40 characters).", low="3", high="40"),
    row(
        "length",
        r"\b{max}(?: length:?| de)? (?P<high>{d}) {chars}",
        "Shown in the portal. Maximum 80 characters.",
        high="80",
    ),
    row(
        "length",
        r"\b(?P<high>{d}) {chars} (?:max(?:imum|\.)?|or (?:less|fewer))",
        "A label, 80 characters or less.",
        high="80",
    ),
    row("length", r"\b{min}(?: length:?)? (?P<low>{d}) {chars}", "A passphrase of at least 12 characters.", low="12"),
    row(
        "range",
        r"\b(?:Range|Bereich|Rango|Faixa|Intervalo)(?: is|:)? (?P<low>{n}){to}(?P<high>{n})",
        "Seconds before the call is given up. Range: 5–90.",
        low="5",
        high="90",
    ),
    row(
        "range",
        r"\((?P<low>{n}){to}(?P<high>{n})(?: [^\W\d]+)?(?=[),])",
        "Pause before the next attempt (10-300 seconds).",
        low="10",
        high="300",
    ),
    row(
        "range",
        r"\b(?:between|zwischen|entre) (?P<low>{n}) (?:and|und|y|e|et) (?P<high>{n})",
        "A pitch between 0.5 and 1.5.",
        low="0.5",
        high="1.5",
    ),
    row(
        "range",
        r", (?P<low>{n})\s*[-–—]\s*(?P<high>{n})(?=[.,;)]|\s*\(|\s*$)",
        "How loud the music plays, 0–9.",
        low="0",
        high="9",
    ),
    row(
        "range",
        r"(?:\b{min}(?: value)?:?|>=|≥) (?P<low>{n})(?![\w.,]*\d| ?{chars})",
        "Tries, at least 2 of them.",
        low="2",
    ),
    row(
        "range",
        r"(?:\b{max}(?: value)?:?|<=|≤) (?P<high>{n})(?![\w.,]*\d| ?{chars})",
        "Tries, no more than 7 of them.",
        high="7",
    ),
    row(
        "snake",
        r"\blower-?case,? alphanumeric (?:characters )?and underscores?",
        "Lowercase, alphanumeric and underscores only.",
    ),
    row(
        "snake",
        r"\bklein(?:buchstaben|geschrieben),? alphanumerisch(?:e Zeichen)? und Unterstriche?",
        "Nur Kleinbuchstaben, alphanumerisch und Unterstriche.",
    ),
    row("word", r"\balphanumeric (?:characters )?and underscores?", "A short word, alphanumeric and underscores only."),
    row("word", r"\balphanumerisch(?:e Zeichen)? und Unterstriche?", "Ein Wort (nur alphanumerisch und Unterstriche)."),
    row(
        "word",
        r"\balfanum[ée]ricos?(?: y guiones bajos| e (?:underscores?|sublinhados?))",
        "Apenas alfanumérico e underscore.",
    ),
    # -- clearing
    row(
        "null-of", r"\bset {q}(?P<field>\w+){q} to {q}null\b{q}", "To let go, set `line_id` to `null`.", field="line_id"
    ),
    row(
        "not-null",
        r"\b(?:cannot|can't|must not|may not|never)(?: be)?(?: set)?(?: to)? {q}null\b{q}",
        "It must not be null.",
    ),
    row(
        "null",
        r"\b(?:set|send|pass|use)(?: it| this)?(?: back)?(?: to)? {q}null\b{q}",
        "Set to null to let go of the number.",
    ),
    row("not-null", r"\b(?:não|nicht|no|ne|non) (?:\w+ ){0,3}{q}nul(?:l|[oa])\b{q}", "Das Feld darf nicht null sein."),
    # pages of body fields speak of null to allow it, in whatever language
    row("null", r"{q}\bnull\b{q}", "Auf `null` setzen, um die Nummer freizugeben."),
    row("null", r"\b(?:en|como|a|para|em) {q}nul[oa]\b{q}", "Se puede establecer en nulo para liberarla."),
    row(
        "empty",
        r"\b(?:pass|send|set to|use)(?: an empty (?:array|list|object))? {q}(?P<value>\[\]|\{\})",
        "Pass [] to take all of them away.",
        value="[]",
    ),
    row(
        "empty",
        r"\b(?:an empty (?:array|list)|eine? leere[sn]? (?:Array|Liste)|um array vazio|un arra?y vacío)\b",
        "Pass an empty list to take all of them away.",
    ),
    row(
        "replaced",
        r"\breplaces?\b[^.]*?\b(?:existing|current|stored|whole)\b|\breplaced as a whole\b",
        "Replaces the whole set that was there.",
    ),
    row(
        "replaced",
        r"\b(?:ersetzt|substitui|reemplaza|sustituye|remplace|sostituisce)\b",
        "Ersetzt alle vorhandenen Angaben.",
    ),
    # -- between fields
    row(
        "required-if",
        r"\brequired (?:only )?(?:if|when|once) {q}(?P<field>\w+){q}(?: is(?: set to)?|:|\s?=) {q}(?P<value>\w+){q}",
        "Required if sends_report is true.",
        field="sends_report",
        value="true",
    ),
    row(
        "required-if",
        r"\berforderlich,? (?:wenn|falls|sobald) {q}(?P<field>\w+){q} (?:auf )?{q}(?P<value>\w+){q} (?:gesetzt )?ist",
        "Erforderlich, wenn `sends_report` auf `true` gesetzt ist.",
        field="sends_report",
        value="true",
    ),
    row(
        "required-if",
        r"\b(?:obrigatóri[oa]|obligatori[oa]|requerid[oa])(?: apenas| solo)? (?:se|si|cuando|quando)"
        r" {q}(?P<field>\w+){q} (?:for|es|está|é|sea|seja)(?: \w+ como| \w+ en)? {q}(?P<value>\w+){q}",
        "Obligatoria si sends_report es true.",
        field="sends_report",
        value="true",
    ),
    row(
        "exclusive",
        r"\b(?:cannot|must not) (?:already )?be (?:already )?(?:assigned|given) to another {q}(?P<value>{one})",
        "A line cannot already be assigned to another north assistant.",
        value="north",
    ),
    row(
        "exclusive",
        r"\bnicht (?:bereits |schon )?einem anderen {q}(?P<value>{one}){q}[ -]\w+ zugewiesen",
        "Die Nummer darf nicht bereits einem anderen `north`-Assistenten zugewiesen sein.",
        value="north",
    ),
    row(
        "reset",
        r"\bchanging(?: the)? {q}(?P<field>\w+){q}(?: will)? resets? [^.(]*(?:\((?P<list>[^)]*)\))?",
        "Changing the engine resets what belongs to it (speech model, vendors).",
        field="engine",
        list="speech model, vendors",
    ),
    row(
        "reset",
        r"\b(?:Ändern|Änderung|Wechsel) (?:des|der|von) {q}(?P<field>\w+){q} setzt [^.(]*(?:\((?P<list>[^)]*)\))?"
        r"[^.(]*\bzurück",
        "Ein Wechsel des Motors setzt alles Zugehörige (Modell) zurück.",
        field="Motors",
        list="Modell",
    ),
    row("placeholders", r"\{\{\s*\w+\s*\}\}", "Facts that a text may quote as {{fact_name}}."),
    # -- where a field exists: the narrow wordings first
    row(
        "must-be",
        r"\b(?:for|in|with) {values},? {q}(?P<field>\w+){q} (?:must|can only) be (?:set to )?{q}(?P<value>\w+){q}",
        "For north/south, `recall` must be set to `lookup`.",
        field="recall",
        value="lookup",
    ),
    row(
        "always-on",
        r"\b(?:for|in|with) {values},? {named} is always (?:enabled|on|true|active)",
        "For north mode, it is always on.",
    ),
    row(
        "always-on",
        r"\b(?:for|in|with) {values}, [^.]*?\bcannot be (?:disabled|turned off|switched off)",
        "In north mode, what is said cannot be turned off.",
    ),
    row("required-for", r"\brequired (?:for|in|with) {values}", "Required for north mode."),
    row(
        "required-for",
        r"\berforderlich (?:für|im|in|bei|mit)(?: den| die| der)? {values}",
        "Erforderlich für den Modus `north`.",
    ),
    row(
        "required-for",
        r"\b(?:obrigatóri[oa]|obligatori[oa]|requerid[oa]) (?:para|en|em|no|nos)(?: el| los| o| os)? {values}",
        "Obligatorio para el modo `north`.",
    ),
    row(
        "always-on",
        r"\bcannot be (?:disabled|turned off|switched off) (?:for|in|with) {values}",
        "Cannot be switched off in south and west modes.",
    ),
    row(
        "always-on",
        r"\bkann (?:für|im|in|bei|mit)(?: den| die| der)? {values} nicht (?:deaktiviert|\w+geschaltet) werden",
        "Kann in den Modi `south` und `west` nicht deaktiviert werden.",
    ),
    row(
        "applies-not",
        r"\bnot (?:available|applicable|supported|used) (?:for|in|with) {values}",
        "Not available in `north` mode.",
    ),
    row(
        "applies",
        r"\b(?:only )?appl(?:ies|icable)(?: only)? (?:to|in|for) {values}(?: only)?",
        "Only applicable in `south` mode.",
    ),
    row(
        "applies",
        r"\b(?:only available|available only|only used|works only|exists only|only) (?:in|for|with) {values}",
        "Available only in `south` mode.",
    ),
    row(
        "applies",
        r"\bnur (?:verfügbar )?(?:für|im|in|bei|mit)(?: den| die| der)? {values}",
        "Nur im `south`-Modus verfügbar.",
    ),
    row(
        "applies",
        r"\b(?:s[óo]lo|somente|apenas)(?: dispon[ií](?:ble|vel))? (?:para|en|em|no|nos)(?: el| los| o| os)? {values}",
        "Solo disponible en el modo `south`.",
    ),
    row("applies", r"{values} only\b", "South mode only."),
    row("applies-loosely", r"\b(?:in|for) {values}", "How soon a turn ends in south/west modes."),
    # -- what the parts of lists and objects are
    row(
        "item-key",
        r"\beach (?:\w+ ){1,3}has (?:a|an|its) {q}(?P<key>\w+){q}(?: field)?,? and [\w ]+-specific fields",
        "Each step has a `kind` and step-specific fields.",
        key="kind",
    ),
    row(
        "item-key",
        r"\bjede[rs]? [\w -]+? (?:hat|besitzt) ein(?:en)? {q}(?P<key>\w+){q}(?:-Feld)? und [\w-]+spezifische Felder",
        "Jeder Schritt hat ein `kind`-Feld und schrittspezifische Felder.",
        key="kind",
    ),
    row(
        "lists-of-text",
        r"\beach \w+ (?:is|holds) an? (?:array|list) of (?:short )?(?:strings|phrases|texts)",
        "Each mood is a list of short phrases.",
    ),
    row(
        "lists-of-text",
        r"\bjede \w+ ist ein(?:e)? (?:Array|Liste) (?:von |mit |aus )?(?:kurzen? )?(?:Strings|Phrasen|Texten|Sätzen)",
        "Jede Stimmung ist eine Liste mit kurzen Sätzen.",
    ),
    row("address", r"(?:\A|\n)(?:The |An? )?(?:[\w-]+ ){0,2}(?:URL|URI)\b", "Report URL for finished calls."),
)
