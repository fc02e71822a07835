"""croissant.json: a release as Croissant 1.1 with RAI and PROV-O terms, from computed facts.

Sources: https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, the RAI vocabulary 1.0 beside it, and
https://www.w3.org/TR/prov-o/.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from corpuskit.card import counted, dedup_told, markdown, ordered, ordered_configs
from corpuskit.layout import MANIFEST, shards_glob
from corpuskit.licenses import license_ids, license_url
from corpuskit.manifest import folder_globs
from corpuskit.partitions import DEFAULT

Json = dict[str, Any]

_CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
# The terms that Croissant reads without a prefix, and how: appendix 1 of the specification.
_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5",
    "parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator",
    "source", "subField", "transform",
)  # fmt: skip
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "cc": "http://creativecommons.org/ns#",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "description": {"@container": "@language"},
    "name": {"@container": "@language"},
    **{term: f"cr:{term}" for term in _TERMS},
}
# The data type for the first word of a hub's type.
_TYPES = {
    "string": "sc:Text", "large_string": "sc:Text", "bool": "sc:Boolean", "timestamp": "sc:DateTime",
    "date32": "sc:Date", "date64": "sc:Date", "float": "sc:Float", "double": "sc:Float", "int": "sc:Integer",
    "uint": "sc:Integer",
}  # fmt: skip
_SPLITS = {"train": "cr:TrainingSplit", "validation": "cr:ValidationSplit", "test": "cr:TestSplit"}
_ENCODINGS = {"data": "application/x-parquet", "provenance": "application/vnd.apache.arrow.file"}


def render_croissant(manifest: Mapping[str, Any]) -> str:
    """croissant.json: JSON-LD that Croissant 1.1 reads, keys in the order in which people read them."""
    document = _document(manifest)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if any(markdown.visible(line) != line for line in text.split("\n")):
        # Characters that hide or reverse others stand as escapes.
        text = json.dumps(document, indent=2)
    return text + "\n"


def _document(m: Mapping[str, Any]) -> Json:
    corpus = m["corpus"]
    title = " ".join(str(corpus.get("pretty_name", m["name"])).split())
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": _identity(m),
        "name": m["name"],
        "alternateName": title,
        "description": corpus.get("description") or title,
        "conformsTo": _CONFORMS,
        "version": m["version"],
        **_stated(m),
        "license": _licenses([*m["statistics"]["licenses"], corpus["license"]], m["sources"]),
        "inLanguage": list(m["statistics"]["languages"]),
        "isLiveDataset": False,
        **_usage(m["licensing"]["whole"]),
        **_rai(m),
        "prov:wasDerivedFrom": [_source(source, m) for source in m["sources"]],
        "prov:wasGeneratedBy": _build(m),
        "distribution": [*_files(m), *_file_sets(m)],
        "recordSet": [_split_set(m), *_record_sets(m)] if m["statistics"]["rows"] else [],
    }


def _identity(m: Mapping[str, Any]) -> str:
    return f"urn:corpuskit:content:{m['content_id']}"


def _stated(m: Mapping[str, Any]) -> Json:
    """What the curator may have stated; nothing stands for what is unsaid."""
    corpus = m["corpus"]
    repo = m["hub"].get("repo")
    told = {
        "url": corpus.get("homepage") or (f"https://huggingface.co/datasets/{repo}" if repo else None),
        "datePublished": corpus.get("released"),
        "creator": [_author(author) for author in corpus.get("authors", [])],
        "citeAs": corpus.get("citation"),
        "keywords": list(dict.fromkeys([*m["hub"].get("tags", []), *m["hub"].get("task_categories", [])])),
    }
    return {name: value for name, value in told.items() if value}


# What follows from the licences, as actions of ODRL and of Creative Commons' vocabulary, which ODRL names:
# https://www.w3.org/TR/odrl-vocab/. What may be done, and what must be.
_MAY = {"commercial_use": "cc:CommercialUse", "derivatives": "cc:DerivativeWorks"}
_MUST = {"attribution": "cc:Attribution", "share_alike": "cc:ShareAlike", "notice": "cc:Notice"}


def _usage(whole: Mapping[str, Any]) -> Json:
    """What who uses all articles together may and must do, as an offer of ODRL; what nobody knows is left out."""

    def actions(table: Mapping[str, str], answer: str) -> list[Json]:
        return [
            {"odrl:action": {"@id": verb}} for name, verb in table.items() if whole[name]["answer"] == answer
        ]

    offer = {
        "odrl:permission": actions(_MAY, "yes"),
        "odrl:obligation": actions(_MUST, "yes"),
        "odrl:prohibition": actions(_MAY, "no"),
    }
    kept = {name: value for name, value in offer.items() if value}
    name = "What follows from the licences of all articles together; documentation, not legal advice"
    return {"usageInfo": {"@type": ["CreativeWork", "odrl:Offer"], "name": name, **kept}} if kept else {}


def _author(author: Any) -> Json:
    """An author; whether a name is a person's or an organisation's is not guessed."""
    told = author if isinstance(author, Mapping) else {"name": author}
    known = {name: told[name] for name in ("name", "email", "url") if name in told}
    if orcid := told.get("orcid"):
        known["@id"] = orcid if orcid.startswith("https://") else f"https://orcid.org/{orcid}"
    return {"@type": ["sc:Person", "sc:Organization"] if "orcid" not in told else "sc:Person", **known}


def _licenses(expressions: list[str], sources: list[Mapping[str, Any]]) -> list[str]:
    """An address for each licence: SPDX's page, where the source says it stands, or its id."""
    links = {i: source.get("license_url") for source in sources for i in license_ids(source["license"])}
    found = [
        license_url(i) or links.get(i) or i for text in expressions for i in license_ids(text) or (text,)
    ]
    return list(dict.fromkeys(found))


# The RAI terms that the curator's answers stand for: term, question of cards/questions.toml.
_ANSWERS = (
    ("rai:dataManipulationProtocol", "preparation"),
    ("rai:dataAnnotationProtocol", "annotation"),
    ("rai:dataUseCases", "uses"),
    ("rai:dataLimitations", "misuse"),
    ("rai:dataBiases", "biases"),
    ("rai:dataSocialImpact", "harm"),
    ("rai:personalSensitiveInformation", "personal-data"),
    ("rai:dataReleaseMaintenancePlan", "maintenance"),
)


def _rai(m: Mapping[str, Any]) -> Json:
    """What the RAI vocabulary asks for, as far as it is counted or stated."""
    statistics, inputs, total = m["statistics"], m["inputs"], m["accounts"]["total"]
    collected = [s["collected"] for s in m["sources"] if s.get("collected")]
    prose = m["card"].get("prose", {})
    told = {
        "rai:dataCollection": "\n".join(
            f"{s['name']}: {s['collection']}" for s in m["sources"] if s.get("collection")
        ),
        "rai:dataCollectionTimeframe": list(dict.fromkeys(collected)),
        "rai:dataCollectionRawData": (
            f"{len(inputs):,} files of {sum(item['bytes'] for item in inputs):,} bytes from {len(m['sources'])} "
            f"sources, {total['in']:,} records; {MANIFEST} has the sha256 of each file."
        ),
        "rai:dataCollectionMissingData": "; ".join(
            f"{name} is null in {count:,} of {statistics['rows']:,} articles"
            for name, count in statistics["nulls"].items()
        ),
        "rai:dataPreprocessingProtocol": list(_steps(m)),
        "rai:personalSensitiveInformation": m["card"].get("personal_data"),
        **{term: prose[question] for term, question in _ANSWERS if question in prose},
    }
    return {name: value for name, value in told.items() if value}


def _steps(m: Mapping[str, Any]) -> Iterator[str]:
    """What was done to the records, with numbers."""
    total = m["accounts"]["total"]
    counts: dict[str, list[int]] = {}
    for transforms in m["edits"].values():
        for name, told in transforms.items():
            before = counts.get(name, [0, 0])
            counts[name] = [before[0] + told["edits"], before[1] + told["removed_bytes"]]
    for name, (edits, removed) in sorted(counts.items()):
        yield f"{name}: {edits:,} edits, {removed:,} bytes removed"
    yield f"validation against schemas/article.schema.json: {total['rejected']:,} records rejected"
    told = dedup_told(m["dedup"])
    yield f"deduplication: {total['duplicate']:,} records dropped as duplicates of kept ones; {told}"
    yield f"removal: {total['removed']:,} records left out"
    yield f"splits: {', '.join(f'{split} {rows:,}' for split, rows in ordered(m['configs'][DEFAULT]))}"


def _source_id(source: Mapping[str, Any]) -> str:
    return f"#source-{quote(source['name'], safe='')}"


def _of_source(source: Mapping[str, Any], m: Mapping[str, Any]) -> list[str]:
    """The licences of a source's articles, or the one that it is declared under where none was kept."""
    kept = m["statistics"]["by_source"].get(source["name"], {"licenses": {}})
    return list(kept["licenses"]) or [source["license"]]


def _source(source: Mapping[str, Any], m: Mapping[str, Any]) -> Json:
    """A source as an entity of PROV-O, with who published it and how it was collected."""
    told: Json = {
        "@id": _source_id(source),
        "@type": ["prov:Entity", "sc:CreativeWork"],
        "name": source["name"],
        "license": _licenses(_of_source(source, m), [source]),
        "description": f"{m['accounts']['sources'][source['name']]['in']:,} records read, "
        f"{counted(m['statistics']['sources'].get(source['name'], 0), 'article')} kept",
    }
    told |= {"url": source["homepage"]} if source.get("homepage") else {}
    if source.get("publisher"):
        told["prov:wasAttributedTo"] = {
            "@type": ["prov:Agent", "sc:Organization"],
            "name": source["publisher"],
        }
    if source.get("collection") or source.get("collected"):
        activity: Json = {"@type": "prov:Activity", "name": "collection"}
        activity |= {"description": source["collection"]} if source.get("collection") else {}
        activity |= {"temporalCoverage": source["collected"]} if source.get("collected") else {}
        told["prov:wasGeneratedBy"] = activity
    return told


def _build(m: Mapping[str, Any]) -> Json:
    """The build as an activity of PROV-O: what it used, what did it, by which rules."""
    return {
        "@id": "#build",
        "@type": ["prov:Activity", "sc:CreateAction"],
        "name": "corpuskit build",
        "prov:used": [{"@id": _source_id(source)} for source in m["sources"]],
        "prov:wasAssociatedWith": [
            {
                "@type": ["prov:SoftwareAgent", "sc:SoftwareApplication"],
                "name": name,
                "softwareVersion": number,
            }
            for name, number in m["versions"].items()
        ],
        "prov:qualifiedAssociation": {
            "@type": "prov:Association",
            "prov:hadPlan": {
                "@type": ["prov:Plan", "prov:Entity"],
                "name": "corpus.toml and article schema",
                "identifier": [f"sha256:{m['spec_sha256']}", f"sha256:{m['schema_sha256']}"],
            },
        },
    }


def _files(m: Mapping[str, Any]) -> Iterator[Json]:
    for entry in sorted(m["files"], key=lambda entry: str(entry["path"])):
        if entry["role"] in _ENCODINGS:
            yield {
                "@type": "cr:FileObject",
                "@id": entry["path"],
                "name": entry["path"],
                "contentUrl": entry["path"],
                "contentSize": f"{entry['bytes']} B",
                "encodingFormat": _ENCODINGS[entry["role"]],
                "sha256": entry["sha256"],
                **({"description": _PROVENANCE} if entry["role"] == "provenance" else {}),
                "prov:wasGeneratedBy": {"@id": "#build"},
            }


_PROVENANCE = (
    "Where each article came from: source, id, split, file, offset and length in bytes, line or number of the record, "
    "sha256 of the record, digest of the article."
)


def _file_sets(m: Mapping[str, Any]) -> Iterator[Json]:
    """The data files of each config."""
    for config in ordered_configs(m) if m["statistics"]["rows"] else ():
        yield {
            "@type": "cr:FileSet",
            "@id": f"{config}-files",
            "name": f"{config}-files",
            "encodingFormat": _ENCODINGS["data"],
            "includes": [
                shards_glob(split, folders)
                for split, rows in ordered(m["configs"][config])
                if rows
                for folders in folder_globs(m, config, split)
            ],
        }


def _split_set(m: Mapping[str, Any]) -> Json:
    splits = [split for split, rows in ordered(m["configs"][DEFAULT]) if rows]
    return {
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "dataType": "cr:Split",
        "key": {"@id": "splits/name"},
        "field": [
            {"@type": "cr:Field", "@id": "splits/name", "name": "name", "dataType": "sc:Text"},
            {"@type": "cr:Field", "@id": "splits/url", "name": "url", "dataType": "sc:URL"},
            {"@type": "cr:Field", "@id": "splits/rows", "name": "rows", "dataType": "sc:Integer"},
        ],
        "data": [
            {
                "splits/name": split,
                "splits/url": _SPLITS.get(split, "cr:Split"),
                "splits/rows": m["configs"][DEFAULT][split],
            }
            for split in splits
        ],
    }


def _record_sets(m: Mapping[str, Any]) -> Iterator[Json]:
    """The articles of each config: a field a column, and the split, which the name of the file says."""
    for config in ordered_configs(m):
        files = {"fileSet": {"@id": f"{config}-files"}}
        yield {
            "@type": "cr:RecordSet",
            "@id": config,
            "name": config,
            "description": counted(sum(m["configs"][config].values()), "article"),
            "key": [{"@id": f"{config}/source"}, {"@id": f"{config}/id"}],
            "field": [
                {
                    "@type": "cr:Field",
                    "@id": f"{config}/split",
                    "name": "split",
                    "dataType": "sc:Text",
                    "references": {"field": {"@id": "splits/name"}},
                    "source": {
                        **files,
                        "extract": {"fileProperty": "filename"},
                        "transform": {"regex": r"^(.+?)(?:-\d{5}-of-\d{5}\.parquet)?$"},
                    },
                },
                *(_field(f"{config}/{quote(c['name'], safe='')}", c, files) for c in m["columns"]),
            ],
        }


def _field(place: str, column: Mapping[str, Any], files: Json) -> Json:
    """A column as a field."""
    field = {"@type": "cr:Field", "@id": place, "name": column["name"]}
    if column.get("description"):
        field["description"] = column["description"]
    source = {**files, "extract": {"column": column["name"]}}
    return {**field, **_data_type(place, column["type"]), "source": source}


def _data_type(place: str, feature: Mapping[str, Any]) -> Json:
    """The type of a hub feature: an atom, an array of them, or the members of an object as fields of their own."""
    if "list" in feature:
        inner = feature["list"]
        atom = (
            {"dtype": inner}
            if isinstance(inner, str)
            else {"struct": inner}
            if isinstance(inner, list)
            else inner
        )
        found = _data_type(place, atom)
        # Lists of lists: the shape has as many dimensions of unknown size as there are lists.
        return {
            **found,
            "isArray": True,
            "arrayShape": ",".join(["-1", *filter(None, [found.get("arrayShape")])]),
        }
    if "struct" in feature:
        return {"subField": [_member(place, member) for member in feature["struct"]]}
    word = str(feature.get("dtype", "string")).split("[")[0].rstrip("0123456789") or "string"
    return {"dataType": _TYPES.get(str(feature.get("dtype")), _TYPES.get(word, "sc:Text"))}


def _member(place: str, feature: Mapping[str, Any]) -> Json:
    """A member of an object as a field inside the field at that place."""
    inner = f"{place}/{quote(feature['name'], safe='')}"
    return {"@type": "cr:Field", "@id": inner, "name": feature["name"], **_data_type(inner, feature)}
