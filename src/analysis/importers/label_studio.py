"""Label Studio's full JSON: regions of a text, and choices or paths for the whole of it."""

import json

from analysis.importers.counting import ways_to_count
from analysis.importers.material import Coding, Material, Memo, stored_essay
from analysis.importers.opening import Refused, whole_number
from analysis.importers.taguette import essay_of_html

WAYS = ways_to_count("code points")
LONGEST_VALUE = 500  # signs of a result that is no code, kept as a memo
WHOLE = {"choices", "taxonomy"}  # results on the whole text


def read(source, tasks):
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise Refused("is JSON of no tool that is known.", "Label Studio: export the full JSON.")
    if not any("annotations" in task or "completions" in task for task in tasks):
        raise Refused(
            "holds no annotations with their coders (perhaps it is JSON-MIN).",
            "In Label Studio, export 'JSON' rather than 'JSON-MIN'.",
        )
    material = Material("Label Studio JSON", ways=WAYS, known=True, readings=set())
    for n, task in enumerate(tasks, start=1):
        _read_task(material, task, n)
    repeated = sum(map(_is_repeated, tasks))
    if repeated:
        material.notes.append(
            f"tasks that one coder annotated more than once: {repeated}; what stands in any of the "
            "annotations is imported"
        )
    return [material]


def _is_repeated(task):
    """Did one coder annotate it more than once?"""
    coders = [_coder(a) for a in _annotations(task) if not a.get("was_cancelled")]
    return len(coders) > len(set(coders))


def _annotations(task):
    found = task.get("annotations") or task.get("completions") or []
    return [a for a in found if isinstance(a, dict)] if isinstance(found, list) else []


def _read_task(material, task, n):
    data = task.get("data") if isinstance(task.get("data"), dict) else {}
    key = task.get("id", f"task {n}")
    key = key if isinstance(key, (str, int)) else f"task {n}"
    annotations = _annotations(task)
    field = _text_field(data, annotations)
    if field:
        attributes = {
            k: str(v)
            for k, v in data.items()
            if k not in (field, "essay_id") and isinstance(v, (str, int, float))
        }
        name, text = _name(data, key), data[field]
        essay = essay_of_html(name, text) if _is_html(annotations) else stored_essay(name, text)
        essay.attributes = attributes
        material.essays[key] = essay
    predictions = task.get("predictions")
    if isinstance(predictions, list) and predictions:
        said = "predictions are a machine's; they are not imported"
        material.notes += [said] * (said not in material.notes)
    if task.get("drafts"):
        said = "drafts that were not submitted are not imported"
        material.notes += [said] * (said not in material.notes)
    for annotation in annotations:
        _read_annotation(material, annotation, key, bool(field))


def _is_html(annotations):
    """Were regions marked in a page? Then their places count in its words."""
    return any(
        isinstance(result.get("value"), dict) and "startOffset" in result["value"]
        for annotation in annotations
        for result in _results(annotation)
    )


def _text_field(data, annotations):
    """The name of the text in a task: named by the results, or the longest text there is.

    What has no space in it is the address of an image or a recording, or a number.
    """
    named = [
        result["to_name"]
        for annotation in annotations
        for result in _results(annotation)
        if isinstance(result.get("to_name"), str)
    ]
    for name in ["text", *named]:
        if isinstance(data.get(name), str) and data[name].strip():
            return name
    texts = {k: v for k, v in data.items() if isinstance(v, str) and " " in v.strip()}
    return max(texts, key=lambda k: (len(texts[k]), k)) if texts else None


def _name(data, key):
    for name in ("essay_id", "id.num", "name", "title", "filename"):
        if isinstance(data.get(name), (str, int)) and str(data[name]).strip():
            return str(data[name]).strip()
    return f"task {key}" if not isinstance(key, str) else key


def _results(annotation):
    results = annotation.get("result")
    return [r for r in results if isinstance(r, dict)] if isinstance(results, list) else []


def _coder(annotation):
    who = annotation.get("completed_by")
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    return "" if who is None or isinstance(who, (list, bool)) else str(who)


def _read_annotation(material, annotation, key, has_text):
    coder, date = _coder(annotation), str(annotation.get("created_at") or "")
    cancelled = bool(annotation.get("was_cancelled"))
    if not cancelled and has_text:
        material.readings.add((coder, key))
    general = "cancelled" if cancelled else "" if has_text else "source_missing"
    for result in _results(annotation):
        value = result.get("value") if isinstance(result.get("value"), dict) else {}
        kind = result.get("type") if isinstance(result.get("type"), str) else ""
        ref = f"annotation {annotation.get('id', '?')}, result {result.get('id', '?')}"
        if kind == "relation":
            said = "relations between regions are not imported"
            material.notes += [said] * (said not in material.notes)
            continue
        for code, reason in _codes(kind, value):
            start = end = None
            if "start" in value or "startOffset" in value:
                start, end = _span(value)
                if (start is None or end is None) and not reason:
                    reason = "out_of_range" if "startOffset" not in value else "no_span"
            elif kind not in WHOLE and not reason:
                reason = "not_text"
            written = _written(kind, value, result)
            if reason == "no_code" and not written and value:
                written = f"{kind}: {json.dumps(value, ensure_ascii=False)}"[:LONGEST_VALUE]
            if written and reason == "no_code":
                material.memos.append(Memo(key, coder, written, start, end, date))
            quotation = value.get("text") if isinstance(value.get("text"), str) else ""
            whole = kind in WHOLE and start is None
            material.codings.append(
                Coding(
                    key, coder, code, start, end, "" if whole else quotation,
                    written, date, ref, reason if reason == "not_text" else general or reason,
                )
            )  # fmt: skip


def _written(kind, value, result):
    """What a coder wrote: the words of a text area, the remark on a region."""
    meta = result.get("meta") if isinstance(result.get("meta"), dict) else {}
    words = value.get("text") if kind == "textarea" else meta.get("text")
    words = words if isinstance(words, list) else [words]
    return "\n".join(word for word in words if isinstance(word, str)).strip()


def _span(value):
    """Places in the text; those of HyperText are only sound as global offsets."""
    if isinstance(value.get("globalOffsets"), dict):
        value = value["globalOffsets"]
    return whole_number(value.get("start")), whole_number(value.get("end"))


def _codes(kind, value):
    """(code, reason) for each label of a region, each choice, each path of a taxonomy."""
    found = value.get(kind) if kind in value else value.get("labels")
    if kind == "textarea" or (kind == "rating" and not found):
        return [("", "no_code")]
    if not isinstance(found, list) or not found:
        return [("", "no_code")]
    codes = []
    for label in found:
        if isinstance(label, list):
            codes.append(" > ".join(str(part) for part in label))
        else:
            codes.append(str(label) if label is not None else "")
    return [(code, "" if code.strip() else "no_code") for code in codes]
