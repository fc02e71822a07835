"""Words by which a line is known for what it is, by language: one row a language in each table."""

import re
from collections.abc import Iterable, Mapping

# A line inside a body that starts so leads away from it, or advertises.
INLINE_LEADS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "baca juga", "baca selengkapnya", "lihat juga", "simak juga", "tonton juga", "simak video", "lihat video",
        "tonton video", "artikel terkait", "berita terkait", "artikel lainnya", "scroll untuk melanjutkan",
        "gulir untuk melanjutkan", "lanjutkan membaca",
    ),
    "en": (
        "read also", "also read", "read more", "see also", "related article", "related articles", "related story",
        "related stories", "related:", "recommended:", "watch also", "scroll to continue", "continue reading",
        "advertisement", "story continues below",
    ),
}  # fmt: skip

# Who wrote, reported or edited, as it stands before the name.
BYLINES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "oleh", "penulis", "ditulis oleh", "reporter", "pewarta", "wartawan", "jurnalis", "kontributor",
        "koresponden", "laporan", "dilaporkan oleh", "editor", "redaktur", "penyunting", "penerjemah", "fotografer",
    ),
    "en": (
        "by", "author", "written by", "words by", "reporter", "reporting by", "reported by", "correspondent",
        "contributor", "edited by", "editing by", "translated by", "photographs by",
    ),
}  # fmt: skip

# What stands before the time of a later change.
UPDATES: Mapping[str, tuple[str, ...]] = {
    "id": ("diperbarui", "terakhir diperbarui", "diperbaharui", "pembaruan", "diubah", "disunting"),
    "en": ("update", "updated", "last update", "last updated", "modified", "last modified"),
}

# Headings and labels of navigation: whole lines, also with a colon, a count or a name of the site behind.
NAVIGATION: Mapping[str, tuple[str, ...]] = {
    "id": (
        "berita terkait", "artikel terkait", "topik terkait", "topik terhangat", "tag terkait", "terkait",
        "berita terpopuler", "terpopuler", "populer", "paling populer", "terkini", "berita terkini", "terbaru",
        "berita terbaru", "artikel terbaru", "video terbaru", "berita pilihan", "pilihan redaksi", "pilihan editor",
        "berita lainnya", "artikel lainnya", "lainnya", "lihat lainnya", "lihat semua", "selengkapnya", "indeks",
        "indeks berita", "rekomendasi", "rekomendasi untuk anda", "sorotan", "berita utama", "headline", "kategori",
        "rubrik", "kanal", "jaringan", "jaringan kami", "bagikan", "bagikan artikel", "bagikan artikel ini",
        "bagikan berita ini", "komentar", "komentar pembaca", "kirim komentar", "tulis komentar", "beri komentar",
        "tinggalkan komentar", "tinggalkan balasan", "unduh aplikasi", "ikuti kami", "ikuti kami di",
        "temukan kami di", "langganan", "berlangganan", "tentang kami", "hubungi kami", "kontak", "kontak kami",
        "redaksi", "karier", "karir", "pedoman media siber", "kebijakan privasi", "syarat dan ketentuan",
        "syarat & ketentuan", "peta situs", "iklan", "beranda", "kalender", "galeri foto", "kembali ke atas",
        "sebelumnya", "selanjutnya", "berikutnya", "masuk", "daftar", "cari", "menu", "pengumuman", "agenda",
        "agenda kegiatan", "layanan", "layanan publik", "profil", "statistik pengunjung", "total kunjungan",
        "total pengunjung", "pengunjung hari ini", "kunjungan hari ini", "unduhan", "arsip", "arsip berita",
        "galeri", "foto", "video", "infografik", "podcast", "tautan", "tautan terkait", "link terkait",
        "situs terkait", "top news", "lompat ke konten", "lompat ke konten utama", "langsung ke konten",
        "loncat ke konten", "kebijakan", "ketentuan", "bantuan", "info iklan", "pasang iklan", "kode etik",
    ),
    "ms": (
        "berita berkaitan", "artikel berkaitan", "berita utama", "berita terkini", "kongsi", "kongsikan", "komen",
        "laman utama", "hubungi kami", "mengenai kami", "dasar privasi", "terma dan syarat", "penafian", "langgan",
        "paling popular",
    ),
    "en": (
        "related", "related article", "related articles", "related news", "related posts", "related stories",
        "related topics", "topics", "tags", "tag", "most read", "most popular", "popular", "trending",
        "trending now", "latest", "latest news", "top news", "top stories", "more news", "more stories",
        "more from", "read more", "read next", "you may also like", "you might also like", "recommended",
        "recommended for you", "editor's picks", "featured", "categories", "sections", "share", "share this",
        "share this article", "share this story", "comments", "comment", "leave a comment", "leave a reply",
        "post a comment", "follow us", "subscribe", "newsletter", "subscribe newsletter", "sign up", "log in",
        "login", "search", "about", "about us", "contact", "contact us", "careers", "advertise", "privacy",
        "privacy policy", "cookie policy", "terms", "terms of use", "terms of service", "terms and conditions",
        "disclaimer", "sitemap", "site map", "rss", "home", "back to top", "previous", "next", "print",
        "download the app", "advertisement", "skip to content", "skip to main content", "archives", "archive",
        "gallery", "photos", "videos", "podcasts", "faq", "help", "corrections", "announcements", "quick links",
        "useful links", "visitors", "total visitors", "navigation", "menu",
    ),
}  # fmt: skip

# Labels of lists of keywords, on the line of these.
LABELS: Mapping[str, tuple[str, ...]] = {
    "id": ("tag", "topik", "kata kunci", "kategori", "rubrik", "label"),
    "en": (
        "tags",
        "tag",
        "topics",
        "keywords",
        "categories",
        "category",
        "filed under",
        "posted in",
        "labels",
    ),
}

# What share buttons say; a line of nothing else is one.
BUTTONS = frozenset(
    [
        "facebook", "twitter", "x", "whatsapp", "telegram", "line", "linkedin", "pinterest", "instagram", "youtube",
        "tiktok", "threads", "email", "e-mail", "mail", "print", "cetak", "copy", "link", "salin", "tautan",
        "tweet", "share", "shares", "bagikan", "bagi", "ke", "di", "to", "on", "via", "like", "suka", "pin",
        "kirim", "komentar", "comments", "comment", "simpan", "save", "dengarkan", "listen", "a", "a-", "a+",
        "a+a-", "wa", "fb", "dan", "and",
    ]
)  # fmt: skip
# A button must name a place to share to or a deed of sharing; "di" and "to" alone are words of any text.
_TELLING = BUTTONS - {
    "x", "line", "like", "suka", "pin", "di", "ke", "to", "on", "via", "a", "a-", "a+", "dan", "and", "mail",
    "link", "copy", "save", "listen", "bagi",
}  # fmt: skip
# How a line begins that asks its reader to subscribe or follow: navigation where a source repeats it.
APPEALS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "unduh", "download", "ikuti", "dapatkan", "berlangganan", "langganan", "gabung", "bergabung",
        "daftar sekarang", "daftarkan", "klik", "simak berita", "baca berita", "temukan kami", "jangan lewatkan",
        "dukung kami", "pasang iklan",
    ),
    "en": (
        "download", "get the app", "get our", "get breaking", "follow", "subscribe", "sign up", "join", "click here",
        "like us", "find us", "read more", "don't miss", "support our", "advertise with",
    ),
}  # fmt: skip

# Sections of a paper, as they stand above a title.
SECTIONS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "nasional", "internasional", "dunia", "politik", "hukum", "kriminal", "peristiwa", "daerah", "regional",
        "nusantara", "metro", "megapolitan", "ekonomi", "bisnis", "keuangan", "finansial", "energi", "industri",
        "olahraga", "bola", "sepak bola", "hiburan", "seleb", "selebriti", "musik", "film", "gaya hidup", "teknologi",
        "tekno", "otomotif", "sains", "kesehatan", "pendidikan", "budaya", "wisata", "kuliner", "opini", "kolom",
        "editorial", "tajuk", "lingkungan", "properti", "berita", "warta", "kabar",
    ),
    "en": (
        "news", "national", "international", "world", "politics", "crime", "local", "business", "economy",
        "finance", "markets", "sports", "sport", "football", "entertainment", "celebrity", "music", "movies",
        "lifestyle", "life", "technology", "tech", "science", "health", "education", "culture", "arts", "travel",
        "food", "opinion", "environment", "energy", "weather", "breaking news",
    ),
}  # fmt: skip

# Where a breadcrumb starts.
HOMES = frozenset({"home", "beranda", "depan", "halaman depan", "homepage", "muka"})

_CRUMBS = re.compile(r"\s+[>»\u203a/|→]+\s+|\s*[>»\u203a→]+\s*")
_HASHTAGS = re.compile(r"(?:#\w+[\s,]*)+")
_WORD = re.compile(r"[^\s,/|:()\d]+")
# A notice, and no sentence about rights: with a year, or begun by its words.
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|hak cipta)\s*(?:©\s*|\(c\)\s*)?(?:19|20)\d\d"
    r"|^(?:all rights reserved|(?:semua|seluruh) hak (?:cipta )?dilindungi|hak cipta (?:dilindungi|terpelihara))\b",
    re.IGNORECASE,
)


def _any_of(table: Mapping[str, Iterable[str]]) -> str:
    """A pattern of the words of all languages, the longest first."""
    words = {word for row in table.values() for word in row}
    return "|".join(
        re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=lambda w: (-len(w), w))
    )


# "Komentar (0)", "30 komentar", "Tags:"; what follows a label such as "Tags:" is navigation too.
_NAVIGATION = re.compile(
    rf"(?:\d+\s+)?(?:{_any_of(NAVIGATION)})(?:\s*:|\s*\(?\d+\)?|\s+[»\u203a>→]+)?", re.IGNORECASE
)
_LABELLED = re.compile(rf"(?P<label>{_any_of(LABELS)})\s*:", re.IGNORECASE)
_LABEL_PARTS = re.compile(r"\s*[.|•·/]\s*")
# The lead stands alone, or something is named behind a colon, a dash or an arrow.
INLINE_LINK = re.compile(
    rf"^[ \t*>»•\-\[(]*(?:{_any_of(INLINE_LEADS)})(?:[ \t]*$|[ \t]*[:\-\u2013—>»|].*$|[^.!?\n]{{0,160}}$)",
    re.IGNORECASE,
)
# What such a line may start with: a quick look at every line of a text.
INLINE_FIRST = (
    frozenset(" \t*>»•-[(")
    | {w[0] for row in INLINE_LEADS.values() for w in row}
    | {w[0].upper() for row in INLINE_LEADS.values() for w in row}
)
BYLINE = re.compile(
    rf"[\[(]?(?i:{_any_of(BYLINES)})\s*(?::\s*|\s(?=[^\W\d_a-z]))[^\W\d_][^\n.!?:]{{0,80}}[\])]?"
)
_MENU = frozenset(word for table in (NAVIGATION, SECTIONS) for row in table.values() for word in row) | HOMES
_MENU_STARTS = frozenset(entry.split()[0] for entry in _MENU)
_UPDATE = re.compile(rf"(?:{_any_of(UPDATES)})(?: (?:on|at|pada))?\s*[:|-]?\s*(?P<when>\S.*)", re.IGNORECASE)
_SECTION = re.compile(rf"(?:{_any_of(SECTIONS)})(?:\s*[|/&,-]\s*(?:{_any_of(SECTIONS)}))*", re.IGNORECASE)
_APPEAL = re.compile(rf"(?:{_any_of(APPEALS)})\b", re.IGNORECASE)
# A byline behind something else on one line.
BYLINE_BEHIND = re.compile(rf"\s+(?:{_any_of(BYLINES)})\s*:?\s+[^\W\d_][^\d|]{{0,60}}$", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_a-z]|&$")


def is_navigation_word(line: str) -> bool:
    """Whether a line says no more than headings and labels of navigation do."""
    if len(line) > 160:
        return False
    if _NAVIGATION.fullmatch(line) or _LABELLED.match(line) or is_menu(line):
        return True
    parts = [part for part in _LABEL_PARTS.split(line) if part]
    return len(parts) > 1 and all(map(_NAVIGATION.fullmatch, parts))


def labelled(line: str) -> str | None:
    """The label of a list of keywords, `#` for one of hashtags, None for any other line."""
    if line.startswith("#") and len(line) <= 160 and _HASHTAGS.fullmatch(line):
        return "#"
    match = _LABELLED.match(line) if ":" in line[:40] else None
    return match["label"].lower() + ":" if match else None


def is_menu(line: str) -> bool:
    """Whether a line is a row of headings of navigation and names of sections: "Beranda Nasional Ekonomi"."""
    words = line.lower().replace("&", "dan").split()
    if not 2 <= len(words) <= 30 or words[0] not in _MENU_STARTS:
        return False
    # How many entries the words up to each place make; an entry has at most four words.
    entries = {0: 0}
    for end in range(1, len(words) + 1):
        found = [
            entries[at] + 1
            for at in range(max(0, end - 4), end)
            if at in entries and " ".join(words[at:end]) in _MENU
        ]
        if words[end - 1] == "dan" and end - 1 in entries:
            found.append(entries[end - 1])
        if found:
            entries[end] = max(found)
    return entries.get(len(words), 0) > 1


def of_update(line: str) -> str | None:
    """What a line prints behind a label such as "Diperbarui:", None where it has none."""
    match = _UPDATE.match(line) if len(line) <= 100 else None
    return match["when"] if match else None


def is_appeal(line: str) -> bool:
    """Whether a line asks its reader to download, follow or subscribe."""
    return len(line) <= 300 and _APPEAL.match(line) is not None


def is_section(line: str) -> bool:
    """Whether a line is the name of a section and nothing else: "NASIONAL", "Ekonomi & Bisnis"."""
    return len(line) <= 60 and _SECTION.fullmatch(line) is not None


def is_copyright(line: str) -> bool:
    """Whether a line is a site's copyright notice."""
    return len(line) <= 160 and _COPYRIGHT.search(line) is not None


def is_buttons(line: str) -> bool:
    """Whether a line is made of share buttons, their counters, or hashtags alone."""
    if len(line) > 120:
        return False
    if line.startswith("#") and _HASHTAGS.fullmatch(line):
        return True
    first = _WORD.search(line)
    if first is None or first[0].lower() not in BUTTONS:
        return False
    words = [word.lower() for word in _WORD.findall(line)]
    return bool(words) and all(w in BUTTONS for w in words) and any(w in _TELLING for w in words)


def says_so(line: str) -> bool:
    """Whether a line alone, whatever its source repeats, says that it is navigation."""
    return len(line) <= 160 and (
        is_navigation_word(line) or "\u00a9" in line or is_copyright(line) or is_buttons(line)
    )


def starts_home(line: str) -> bool:
    """Whether a line starts with the name of the first page of a site."""
    return _CRUMBS.split(line)[0].split(" ")[0].strip().lower() in HOMES


def is_breadcrumb(line: str) -> bool:
    """Whether a line is a path of sections such as "Beranda > Nasional > Politik"."""
    if len(line) > 160:
        return False
    words = line.split()
    if words[0].lower() not in HOMES and not any(mark in line for mark in ">\u00bb\u203a\u2192"):
        return False
    parts = [part.strip().lower() for part in _CRUMBS.split(line)]
    # The same without marks: "Beranda Nasional Ekonomi Olahraga".
    if len(parts) == 1 and len(words) > 2 and words[0].lower() in HOMES:
        return all(map(_NAME.match, words)) and line[-1] not in ".!?:"
    if len(parts) < 2 or not all(parts):
        return False
    return parts[0] in HOMES or (
        len(parts) > 2 and any(c in line for c in ">»\u203a→") and max(map(len, parts)) <= 40
    )


def is_byline(line: str) -> bool:
    """Whether a line says who wrote, reported or edited, and nothing else: "Oleh: Andi Wijaya"."""
    if len(line) > 100 or BYLINE.fullmatch(line) is None:
        return False
    # Without a colon every word of the name must begin as names do: "By the river" is a title.
    _, colon, _name = line.partition(":")
    if colon:
        return True
    words = line.strip("[]()").split()[1:]
    return 0 < len(words) <= 5 and all(_NAME.match(word) for word in words)
