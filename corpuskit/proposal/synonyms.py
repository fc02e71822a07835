"""What fields of articles are called elsewhere, by language: to know another name, add it to its row.

Names are compared in lower case without `_`, `-` and spaces; the first in a row is the likeliest.
"""

from collections.abc import Mapping

SYNONYMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "id": {"en": ("id", "articleid", "docid", "documentid", "postid", "newsid", "guid", "uuid", "identifier")},
    "title": {
        "en": ("title", "headline", "titletext", "articletitle", "heading", "subject", "name"),
        "id": ("judul", "judulberita", "judulartikel"),
        "de": ("titel", "ueberschrift", "überschrift"),
        "fr": ("titre",),
        "es": ("titulo", "título", "titular"),
        "it": ("titolo",),
        "nl": ("kop",),
    },
    "text": {
        "en": ("text", "body", "content", "contenttext", "maintext", "articlebody", "articletext", "bodytext",
               "fulltext", "article", "contents", "story", "plaintext", "rawtext", "cleantext", "document", "passage"),
        "id": ("isi", "isiberita", "isiartikel", "artikel", "konten", "teks", "berita", "naskah"),
        "de": ("inhalt", "volltext"),
        "fr": ("texte", "contenu", "corps"),
        "es": ("texto", "contenido", "cuerpo"),
        "pt": ("conteudo", "conteúdo", "corpo"),
        "it": ("testo", "contenuto"),
        "nl": ("tekst", "inhoud"),
    },
    "url": {
        "en": ("url", "link", "href", "sourceurl", "permalink", "canonicalurl", "articleurl", "pageurl", "uri",
               "weburl"),
        "id": ("tautan", "alamat", "urlberita"),
    },
    "authors": {
        "en": ("authors", "author", "byline", "writer", "creator"),
        "id": ("penulis", "wartawan", "pewarta"),
        "de": ("autor", "autoren", "verfasser"),
        "fr": ("auteur", "auteurs"),
        "es": ("autores",),
    },
    "published": {
        "en": ("published", "publishedat", "publisheddate", "publishdate", "publicationdate", "datepublished",
               "datepublish", "pubdate", "date", "datetime", "posted", "postedat", "dateposted", "createdat", "created",
               "datecreated",
               "timestamp", "time"),
        "id": ("tanggal", "tanggalterbit", "tglterbit", "tgl", "terbit", "waktu", "waktuterbit"),
        "de": ("datum", "veroeffentlicht", "veröffentlicht"),
        "fr": ("datepublication", "datedepublication"),
        "es": ("fecha", "fechapublicacion"),
        "it": ("data", "datapubblicazione"),
    },
    "retrieved": {
        "en": ("retrieved", "retrievedat", "crawledat", "crawled", "crawldate", "crawltime", "fetchedat", "fetched",
               "fetchtime", "scrapedat", "scraped", "scrapedate", "downloadedat", "datedownload", "accessed",
               "accessedat"),
        "id": ("diambil", "waktuambil", "tanggalambil"),
    },
    "language": {"en": ("language", "lang", "langcode", "languagecode", "inlanguage", "locale"), "id": ("bahasa",)},
    "license": {"en": ("license", "licence", "rights"), "id": ("lisensi",)},
}  # fmt: skip

# Objects that an article is packed in, and members that hold a value itself.
PACKAGES = frozenset(
    {"source", "data", "article", "attributes", "fields", "meta", "metadata", "doc", "document", "item"}
)
VALUES = frozenset({"rendered", "value", "text", "content", "name", "plain", "t", "raw"})


def squeezed(name: str) -> str:
    """A field's name as it is compared."""
    return "".join(c for c in name.lower() if c not in "_- $#@.:")


# For each name the article field that it may be, and how likely: 0 is likeliest.
KNOWN: Mapping[str, tuple[tuple[str, int], ...]] = {
    name: tuple(
        (each, rank)
        for each, row in SYNONYMS.items()
        for rank, known in enumerate(k for names in row.values() for k in names)
        if known == name
    )
    for names in SYNONYMS.values()
    for language in names.values()
    for name in language
}
