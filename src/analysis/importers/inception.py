"""INCEpTION: UIMA CAS as JSON or XMI, read by dkpro-cassis, which an extra installs.

CAS positions are UTF-16 units, and dkpro-cassis gives code points. One file is one coder's.
"""

import io
import re

from analysis.importers.counting import Reading
from analysis.importers.material import Coding, Material, stored_essay
from analysis.importers.opening import Archive, Refused

MEMBER = re.compile(r"(annotation|curation)/(?P<document>.+)/(?P<coder>[^/]+)\.(json|zip|xmi)$")
STRUCTURE = {  # layers of INCEpTION itself, not of a study
    "Sentence", "Token", "DocumentMetaData", "DocumentAnnotation", "TagDescription",
    "TagsetDescription", "Paragraph", "LayerDefinition", "CASMetadata", "Heading", "Div",
}  # fmt: skip
CODE_FEATURES = ("value", "label", "code", "category", "identifier", "PosValue")


def is_project(names):
    return any(MEMBER.search(name) for name in names) or _is_xmi(names)


def _is_xmi(names):
    return any(name.endswith(".xmi") for name in names)


def read_json(source):
    return [_material(_load(source.data), source.stem, source.stem)]


def read_archive(source):
    """The export of a project (one CAS a document and coder), or one XMI with its types."""
    archive = Archive(source.data)
    if not any(MEMBER.search(name) for name in archive.names):
        return [_material(_load_xmi(archive), source.stem, source.stem)]
    found, without = [], 0
    for name in sorted(archive.names):
        match = MEMBER.search(name)
        if not match or match["coder"] == "INITIAL_CAS":
            continue
        data = archive.read(name)
        cas = _load_xmi(Archive(data)) if name.endswith(".zip") else _load(data)
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


def _load(data):
    cassis = _cassis()
    try:
        return cassis.load_cas_from_json(io.BytesIO(data))
    except Exception as error:  # cassis raises many kinds on damaged files
        raise Refused(f"is a damaged CAS ({type(error).__name__}).", "Export it again.") from None


def _load_xmi(archive):
    cassis = _cassis()
    names = {name.rsplit("/", 1)[-1].lower(): name for name in archive.names}
    xmi = next((full for short, full in names.items() if short.endswith(".xmi")), None)
    types = names.get("typesystem.xml")
    if xmi is None or types is None:
        raise Refused("is XMI without TypeSystem.xml.", "Export the zip with its type system.")
    try:
        system = cassis.load_typesystem(io.BytesIO(archive.read(types)))
        return cassis.load_cas_from_xmi(io.BytesIO(archive.read(xmi)), typesystem=system)
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"is a damaged CAS ({type(error).__name__}).", "Export it again.") from None


def _material(cas, coder, document):
    material = Material("INCEpTION CAS", ways=(Reading("code points"),), known=True)
    material.basis = "UTF-16 units, converted by dkpro-cassis"
    material.own_name = coder
    text = cas.sofa_string or ""
    essay = stored_essay(document, text)
    material.essays[document] = essay
    material.readings = {(coder, document)}
    place = _without_cr(text)
    for layer in sorted({type_.name for type_ in _layers(cas)}):
        for n, annotation in enumerate(cas.select(layer), start=1):
            if annotation.type.name == layer:
                material.codings.append(
                    _coding(annotation, layer, document, coder, place, f"{layer} {n}")
                )
    return material


def _layers(cas):
    for type_ in cas.typesystem.get_types():
        short = type_.name.rsplit(".", 1)[-1]
        if short not in STRUCTURE and cas.typesystem.is_instance_of(
            type_.name, "uima.tcas.Annotation"
        ):
            yield type_


def _coding(annotation, layer, document, coder, place, ref):
    values = {
        feature: getattr(annotation, feature, None)
        for feature in CODE_FEATURES
        if isinstance(getattr(annotation, feature, None), str)
    }
    code = next((value for value in values.values() if value.strip()), "")
    short = layer.rsplit(".", 1)[-1]
    return Coding(
        document, coder, code or short, place(annotation.begin), place(annotation.end),
        source_ref=ref, reason="",
    )  # fmt: skip


def _without_cr(text):
    """Places of the stored text as places of ours: CR LF is one."""
    if "\r\n" not in text:
        return lambda at: at
    before = [0]
    for n, sign in enumerate(text):
        before.append(before[-1] + (sign == "\r" and text[n + 1 : n + 2] == "\n"))
    return lambda at: at - before[at] if 0 <= at < len(before) else at
