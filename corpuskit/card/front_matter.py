"""The YAML head of a dataset card, as the Hugging Face Hub reads it, from computed facts."""

from collections.abc import Mapping
from typing import Any

import yaml

from corpuskit.card.markdown import visible
from corpuskit.languages import hub_language
from corpuskit.layout import shards_glob
from corpuskit.licenses import hub_licenses, license_ids
from corpuskit.manifest import by_config
from corpuskit.partitions import DEFAULT, pattern
from corpuskit.splits import split_order

_SIZES = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"), (10**9, "100M<n<1B"), (10**10, "1B<n<10B"), (10**11, "10B<n<100B"),
    (10**12, "100B<n<1T"),
)  # fmt: skip


def size_category(rows: int) -> str:
    """The hub's size category for a number of rows."""
    return next((name for bound, name in _SIZES if rows < bound), "n>1T")


def front_matter(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that corpuskit writes into a card's YAML, in their order."""
    corpus, statistics, hub = manifest["corpus"], manifest["statistics"], manifest["hub"]
    head: dict[str, Any] = {"pretty_name": " ".join(str(corpus.get("pretty_name", manifest["name"])).split())}
    head |= _license(manifest)
    tags = sorted(statistics["languages"])
    codes = sorted({hub_language(tag) for tag in tags} - {"und"})
    if codes:
        head["language"] = codes
    if any(tag not in codes for tag in tags):
        head["language_details"] = ", ".join(tags)
    head["size_categories"] = [size_category(statistics["rows"])]
    if hub.get("task_categories"):
        head["task_categories"] = list(hub["task_categories"])
    head["tags"] = [*hub.get("tags", []), *(t for t in ("corpuskit",) if t not in hub.get("tags", []))]
    if statistics["rows"]:
        head["configs"] = [_config(name, manifest) for name in ordered_configs(manifest)]
        infos = _dataset_infos(manifest)
        head["dataset_info"] = infos if len(infos) > 1 else infos[0]
    return head


def _license(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The licences of the kept articles; of the sources where none was kept."""
    expressions = sorted(manifest["statistics"]["licenses"]) or [s["license"] for s in manifest["sources"]]
    ids, foreign = hub_licenses(expressions)
    head: dict[str, Any] = {"license": ids[0] if len(ids) == 1 else ids}
    if foreign:
        urls = [
            s.get("license_url") for s in manifest["sources"] if set(license_ids(s["license"])) & set(foreign)
        ]
        alone = len(foreign) == 1 and len(urls) == 1 and urls[0]
        head["license_name"] = foreign[0].lower() if len(foreign) == 1 else "several-see-notice"
        head["license_link"] = urls[0] if alone else "NOTICE.md"
    return head


def _config(name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    folders = pattern(name, manifest["config_rule"]["fields"])
    files = [
        {"split": split, "path": shards_glob(split, folders)}
        for split, rows in ordered(manifest["configs"][name])
        if rows
    ]
    return {"config_name": name, "data_files": files, **({"default": True} if name == DEFAULT else {})}


def ordered_configs(manifest: Mapping[str, Any]) -> list[str]:
    """The configs in the order in which hubs show them: the default, then the others by name."""
    return sorted(manifest["configs"], key=lambda name: (name != DEFAULT, name))


def ordered(splits: Mapping[str, int]) -> list[tuple[str, int]]:
    """Splits with their rows in the order in which people name them."""
    return sorted(splits.items(), key=lambda item: split_order(item[0]))


def _dataset_infos(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The exact features, rows and sizes of each config."""
    data = [entry for entry in manifest["files"] if entry["role"] == "data"]
    downloads = by_config((entry["path"], entry["split"], entry["bytes"]) for entry in data)
    infos = []
    for name in ordered_configs(manifest):
        sizes = manifest["arrow_bytes"][name]
        splits = [(split, rows) for split, rows in ordered(manifest["configs"][name]) if rows]
        infos.append(
            {
                "config_name": name,
                "features": [{"name": column["name"], **column["type"]} for column in manifest["columns"]],
                "splits": [{"name": s, "num_bytes": sizes[s], "num_examples": n} for s, n in splits],
                "download_size": sum(downloads[name].values()),
                "dataset_size": sum(sizes.values()),
            }
        )
    return infos


class _Written(yaml.SafeDumper):
    """Writes out what stands in several places: hubs need not follow references."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Whatever the value, no reference to it is made."""
        return True


def dump(head: Mapping[str, Any]) -> str:
    """A YAML block between `---` lines, every string safe whatever it holds."""
    return f"---\n{yaml_text(dict(head))}---\n"


def yaml_text(value: Any) -> str:
    """A value as YAML in block style, keys in their order, characters that hide or reverse others as escapes."""
    text = _yaml(value, allow_unicode=True)
    return text if visible(text) == text.replace("\n", " ") else _yaml(value, allow_unicode=False)


def _yaml(value: Any, *, allow_unicode: bool) -> str:
    text: str = yaml.dump(value, Dumper=_Written, sort_keys=False, allow_unicode=allow_unicode, width=10**9)
    return text


def cut_card(text: str) -> tuple[str, str]:
    """The YAML of a card's head, and its body; raises ValueError where there is no head."""
    lines = text.replace("\r\n", "\n").lstrip("\ufeff").split("\n")
    if lines[0].rstrip() != "---":
        raise ValueError("the card does not start with a `---` line")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), None)
    if end is None:
        raise ValueError("the YAML head is not closed by a `---` line")
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :])


def split_card(text: str) -> tuple[dict[str, Any], str]:
    """The parsed YAML head of a card and its body; raises ValueError where the head is none."""
    source, body = cut_card(text)
    try:
        head = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise ValueError(f"the YAML head cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(head, dict):
        raise ValueError("the YAML head is no mapping")
    return head, body
