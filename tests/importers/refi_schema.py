"""The part of the REFI-QDA 1.0 schemas that an export of ours may use, written down for the tests.

Order, needed attributes and types of each element are those of Project.xsd and Codebook.xsd;
elements that we never write (media, cases, graphs) are left out, so that it is stricter.
"""

from lxml import etree

GUID = (
    "([0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})"
    "|(\\{[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\\})"
)
REFERENCES = ("NoteRef", "CodeRef", "VariableRef", "MemberCode")
MADE = ("creatingUser:guid", "creationDateTime:dateTime")
ELEMENTS = {  # name -> (children in order, with how often; attributes, ! = needed)
    "Project": (
        "Users? CodeBook? Variables? Sources? Notes? Sets? NoteRef*",
        ("name!", "origin", "creatingUserGUID:guid", "creationDateTime:dateTime"),
    ),
    "Users": ("User+", ()),
    "User": ("", ("guid!:guid", "name", "id")),
    "CodeBook": ("Codes", ("origin",)),
    "Codes": ("Code+", ()),
    "Code": ("Description? NoteRef* Code*", ("guid!:guid", "name!", "isCodable!:boolean")),
    "Variables": ("Variable+", ()),
    "Variable": ("Description?", ("guid!:guid", "name!", "typeOfVariable!")),
    "Sources": ("TextSource+", ()),
    "TextSource": (
        "Description? PlainTextContent? PlainTextSelection* Coding* NoteRef* VariableValue*",
        ("guid!:guid", "name", "plainTextPath", "richTextPath", *MADE),
    ),
    "PlainTextSelection": (
        "Description? Coding* NoteRef*",
        ("guid!:guid", "name", "startPosition!:integer", "endPosition!:integer", *MADE),
    ),
    "Coding": ("CodeRef NoteRef*", ("guid!:guid", *MADE)),
    "VariableValue": ("VariableRef TextValue?", ()),
    "Notes": ("Note+", ()),
    "Sets": ("Set+", ()),
    "Set": ("Description? MemberCode*", ("guid!:guid", "name!")),
}
TIMES = {
    "?": ' minOccurs="0"',
    "*": ' minOccurs="0" maxOccurs="unbounded"',
    "+": ' maxOccurs="unbounded"',
}


def _schema(root, space, elements, references):
    types = [
        f'<x:simpleType name="guid"><x:restriction base="x:token"><x:pattern value="{GUID}"/>'
        "</x:restriction></x:simpleType>"
    ]
    for name, (children, attributes) in elements.items():
        inside = "".join(
            f'<x:element name="{c.rstrip("?*+")}" {_type(c.rstrip("?*+"))}{TIMES.get(c[-1], "")}/>'
            for c in children.split()
        )
        types.append(
            f'<x:complexType name="{name}"><x:sequence>{inside}</x:sequence>'
            f"{''.join(map(_attribute, attributes))}</x:complexType>"
        )
    types += [
        f'<x:complexType name="{name}">{_attribute(attribute)}</x:complexType>'
        for name, attribute in references.items()
    ]
    return etree.XMLSchema(
        etree.fromstring(
            f'<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema" xmlns="{space}" '
            f'targetNamespace="{space}" elementFormDefault="qualified">'
            f'<x:element name="{root}" type="{root}"/>{"".join(types)}</x:schema>'
        )
    )


def _type(name):
    if name in ("Description", "PlainTextContent", "TextValue"):
        return 'type="x:string"'
    return 'type="TextSource"' if name == "Note" else f'type="{name}"'


def _attribute(written):
    name, _, type_ = written.partition(":")
    type_ = "guid" if type_ == "guid" else f"x:{type_ or 'string'}"
    use = ' use="required"' if name.endswith("!") else ""
    return f'<x:attribute name="{name.rstrip("!")}" type="{type_}"{use}/>'


PROJECT_SCHEMA = _schema(
    "Project",
    "urn:QDA-XML:project:1.0",
    {**ELEMENTS, "CodeBook": ("Codes", ())},
    dict.fromkeys(REFERENCES, "targetGUID!:guid"),
)
CODEBOOK_SCHEMA = _schema(
    "CodeBook",
    "urn:QDA-XML:codebook:1.0",
    {
        "CodeBook": ("Codes Sets?", ("origin",)),
        **{name: ELEMENTS[name] for name in ("Codes", "Sets", "Set")},
        "Code": ("Description? Code*", ELEMENTS["Code"][1]),
    },
    {"MemberCode": "guid!:guid"},
)
