"""INCEpTION: UIMA CAS as JSON or XMI, read by dkpro-cassis, which an extra installs.

CAS positions are UTF-16 units, and dkpro-cassis gives code points. One file is one coder's.
"""

import io
import json
import re

from analysis.importers.counting import Reading
from analysis.importers.material import Coding, Material, stored_essay
from analysis.importers.opening import Archive, Refused, whole_number

MEMBER = re.compile(r"(annotation|curation)/(?P<document>.+)/(?P<coder>[^/]+)\.(json|zip|xmi)$")
STRUCTURE = {  # layers of INCEpTION itself, not of a study
    "Sentence", "Token", "DocumentMetaData", "DocumentAnnotation", "TagDescription",
    "TagsetDescription", "Paragraph", "LayerDefinition", "CASMetadata", "Heading", "Div",
    "Annotation", "AnnotationBase",
}  # fmt: skip
RELATION = {"Governor", "Dependent"}  # features of a layer that joins two places
CODE_FEATURES = ("value", "label", "code", "category", "identifier", "PosValue")


def is_project(names):
    return any(MEMBER.search(name) for name in names) or _is_xmi(names)


def _is_xmi(names):
    return any(name.endswith(".xmi") for name in names)


def read_json(source):
    return [_material(_load(source.data, {}), source.stem, source.stem)]


def read_archive(source):
    """The export of a project (one CAS a document and coder), or one XMI with its types."""
    archive = Archive(source.data)
    if not any(MEMBER.search(name) for name in archive.names):
        return [_material(_load_xmi(archive, {}), source.stem, source.stem)]
    found, without, systems = [], 0, {}
    for name in sorted(archive.names):
        match = MEMBER.search(name)
        if not match or match["coder"] == "INITIAL_CAS":
            continue
        data = archive.read(name)
        cas = _load_xmi(Archive(data), systems) if name.endswith(".zip") else _load(data, systems)
        coder = match["coder"]
        material = _material(cas, coder, match["document"].removesuffix(".txt"))
        material.part = name
        if match[1] == "curation":
            material.codings = [c._replace(reason="consensus") for c in material.codings]
            material.readings = set()
        without += not material.codings
        found.append(material)
    if found and without == len(found):
        raise Refused(
            "holds no annotations (the format AUTO drops them for plain texts).",
            "Export the project with the secondary format UIMA CAS JSON or XMI.",
        )
    return found


def _cassis():
    try:
        import cassis
    except ImportError:
        raise Refused(
            "is a file of INCEpTION, for which dkpro-cassis is not installed.",
            "Install it: .venv/bin/python -m pip install dkpro-cassis==0.12.0",
        ) from None
    return cassis


def _load(data, systems):
    """A CAS. Those of one project mostly share their types, which take longest to read.

    systems : dict of str to TypeSystem
        By their JSON, of the files before; a new one is added.
    """
    cassis = _cassis()
    try:
        types = json.dumps(json.loads(data)["%TYPES"], sort_keys=True)
        known = systems.get(types)
        source, is_new = io.BytesIO(data), known is None
        cas = cassis.load_cas_from_json(source, typesystem=known, merge_typesystem=is_new)
        systems[types] = cas.typesystem
        return cas
    except Exception as error:  # cassis raises many kinds on damaged files
        raise Refused(f"is a damaged CAS ({type(error).__name__}).", "Export it again.") from None


def _load_xmi(archive, systems):
    """A CAS as XMI; systems as above, by their XML."""
    cassis = _cassis()
    names = {name.rsplit("/", 1)[-1].lower(): name for name in archive.names}
    xmi = next((full for short, full in names.items() if short.endswith(".xmi")), None)
    types = names.get("typesystem.xml")
    if xmi is None or types is None:
        raise Refused("is XMI without TypeSystem.xml.", "Export the zip with its type system.")
    try:
        system = archive.read(types)
        if system not in systems:
            systems[system] = cassis.load_typesystem(io.BytesIO(system))
        source = io.BytesIO(archive.read(xmi))
        return cassis.load_cas_from_xmi(source, typesystem=systems[system])
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"is a damaged CAS ({type(error).__name__}).", "Export it again.") from None


def _material(cas, coder, document):
    material = Material("INCEpTION CAS", known=True)
    material.basis = "UTF-16 units, converted by dkpro-cassis"
    material.own_name = coder
    essay = stored_essay(document, cas.sofa_string or "")
    material.essays[document] = essay
    material.ways = (Reading("code points", 2 if len(essay.crlf) else 1, bom=True),)
    material.readings = {(coder, document)}
    relations = 0
    for layer in sorted(_layers(cas), key=lambda layer: layer.name):
        features = _features(layer)
        on_essay = not any(feature.name == "begin" for feature in layer.all_features)
        annotations = [a for a in cas.select(layer.name) if a.type.name == layer.name]
        if {feature.name for feature in layer.all_features} >= RELATION:
            relations += len(annotations)
            continue
        for n, annotation in enumerate(annotations, start=1):
            ref = f"{layer.name} {n}"
            place = (None, None) if on_essay else _span(annotation)
            for code, memo in _codes(annotation, features, layer.name):
                reason = "" if code else "no_code"
                if None in place and not on_essay:
                    reason = "out_of_range"
                material.codings.append(
                    Coding(document, coder, code, *place, "", memo, "", ref, reason)
                )
    if relations:
        material.notes.append(f"relations between annotations are not imported: {relations}")
    return material


def _layers(cas):
    """The layers that are a study's own: of spans, and of the whole document."""
    for type_ in cas.typesystem.get_types():
        is_layer = cas.typesystem.is_instance_of(type_.name, "uima.cas.AnnotationBase")
        if is_layer and _short(type_.name) not in STRUCTURE:
            yield type_


def _short(layer):
    return layer.rsplit(".", 1)[-1]


def _features(layer):
    """The features that a coder fills in, those first whose name says that they hold the code."""
    features = [f for f in layer.all_features if f.name not in ("sofa", "begin", "end")]
    order = {name: n for n, name in enumerate(CODE_FEATURES)}
    return sorted(features, key=lambda f: (not _holds_words(f), order.get(f.name, 99), f.name))


def _holds_words(feature):
    kind = getattr(feature.rangeType, "name", feature.rangeType)
    return str(kind).startswith("uima.cas.String")


def _span(annotation):
    return whole_number(annotation.begin), whole_number(annotation.end)


def _codes(annotation, features, layer):
    """(code, memo) of each value of the first feature that is filled in; the others are the memo.

    A layer without such a feature is a code itself.
    """
    said = {feature.name: _values(annotation, feature) for feature in features}
    first = next((f.name for f in features if _holds_words(f) and said[f.name]), None)
    memo = "\n".join(
        f"{name}: {', '.join(values)}" for name, values in said.items() if values and name != first
    )
    codes = said.get(first) or ["" if any(map(_holds_words, features)) else _short(layer)]
    return [(code, memo) for code in codes]


def _values(annotation, feature):
    """What a feature says, as texts; it may hold several values."""
    value = getattr(annotation, feature.name, None)
    values = getattr(value, "elements", None) or [value]
    return [str(v).strip() for v in values if isinstance(v, (str, int, float)) and str(v).strip()]
