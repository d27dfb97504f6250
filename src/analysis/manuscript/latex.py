"""LaTeX sources: their text as it is printed, as far as that can be told without running LaTeX."""

import re
import unicodedata
from collections import Counter

from analysis.manuscript.blocks import (
    Piece,
    Text,
    bare,
    columns_spanned,
    superscript,
    with_asterisks,
)
from analysis.problems import Problem

SECTIONS = {"part": 1, "chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3,
            "paragraph": 4, "subparagraph": 5, "title": 1}  # fmt: skip
ITALIC = {"emph", "textit", "textsl", "mathit"}  # the argument is set in italics
SWITCH = {"em": True, "it": True, "itshape": True, "slshape": True, "upshape": False,
          "normalfont": False, "rm": False}  # until the group ends  # fmt: skip
CITATION = re.compile(r"[A-Za-z]*cite[A-Za-z]*")
REFERENCE = re.compile(r"(?:[A-Za-z]*ref|labelcref)")
DROPPED = set(  # they and their arguments print nothing of the text
    """label vspace hspace bibliographystyle usepackage documentclass pagestyle thispagestyle
    setlength addtolength setcounter addcontentsline hypersetup graphicspath includegraphics
    vskip hskip pagenumbering geometry bibliography addbibresource nocite index thanks date email
    affil affiliation institute orcid author address linespread selectlanguage cline cmidrule
    phantom hphantom vphantom markboth markright rule footnotemark definecolor arrayrulecolor
    rowcolor cellcolor newlength newcounter hyphenation captionsetup todo""".split()
)
LAST = {"href": 2, "textcolor": 2, "colorbox": 2, "parbox": 2, "scalebox": 2, "rotatebox": 2,
        "adjustbox": 2, "resizebox": 3, "multirow": 3, "foreignlanguage": 2,
        "fcolorbox": 3, "captionof": 2}  # which argument is the text  # fmt: skip
OTHER_FILES = {"input", "include", "subfile", "import", "lstinputlisting", "includepdf"}
PLAIN = set(  # known to change only how the text looks
    """textbf textrm textsf textsc texttt textup textmd textnormal underline mbox hbox text
    mathrm mathbf mathsf mathcal operatorname uline hl makebox fbox framebox ensuremath num
    uppercase MakeUppercase bf bfseries sc scshape tt ttfamily sf sffamily rmfamily tiny
    scriptsize footnotesize small normalsize large Large LARGE huge Huge centering
    raggedright raggedleft noindent indent maketitle newpage clearpage cleardoublepage
    pagebreak linebreak nolinebreak appendix left right displaystyle textstyle limits
    toprule midrule bottomrule hline endhead endfirsthead endfoot endlastfoot
    tableofcontents printbibliography protect relax url and smallskip medskip bigskip hfill
    vfill frenchspacing sloppy doublespacing onehalfspacing singlespacing selectfont
    linenumbers tabularnewline backmatter frontmatter mainmatter leavevmode newblock balance
    allowbreak xspace bibitem big Big bigg""".split()
)
NAMED = {
    "ldots": "…", "dots": "…", "textellipsis": "…", "quad": " ", "qquad": " ", "newline": "\n",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textquotesingle": "'", "lq": "‘",
    "rq": "’", "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ",
    "aa": "å", "AA": "Å", "l": "ł", "L": "Ł", "i": "ı", "geq": " ≥ ", "ge": " ≥ ", "leq": " ≤ ",
    "le": " ≤ ", "times": " × ", "pm": " ± ", "approx": " ≈ ",
    "sim": "~", "neq": " ≠ ", "ne": " ≠ ",
    "cdot": "·", "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ",
    "chi": "χ", "mu": "μ", "rho": "ρ", "sigma": "σ", "pi": "π", "omega": "ω", "Delta": "Δ",
    "eta": "η", "lambda": "λ", "S": "§", "textbar": "|", "textbackslash": "\\", "percent": "%",
    "textasciitilde": "~", "slash": "/", "LaTeX": "LaTeX", "TeX": "TeX", "textdegree": "°",
    "lbrack": "[", "rbrack": "]", "space": " ", "lt": "<", "gt": ">", "infty": "∞", "to": "→",
}  # fmt: skip
SIGNS = {"``": "“", "''": "”", "`": "‘", "'": "’", "---": "—", "--": "–", "~": " ", "$": ""}
ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303",
           "=": "\u0304", ".": "\u0307", "c": "\u0327", "v": "\u030c", "u": "\u0306",
           "H": "\u030b", "r": "\u030a", "k": "\u0328"}  # fmt: skip
UNREAD = {"verbatim": "code", "lstlisting": "code", "minted": "code", "comment": "a comment",
          "tikzpicture": "a drawing", "filecontents": "another file"}  # fmt: skip
QUOTES = {"quote", "quotation", "quoting", "displayquote", "verse"}
TABLES = {"tabular": 1, "tabularx": 2, "tabulary": 2, "longtable": 1, "array": 1, "tblr": 1,
          "supertabular": 1}  # and how many arguments come before their cells  # fmt: skip
NAMED_PARTS = {"abstract": "Abstract", "thebibliography": "References", "acks": "Acknowledgments"}
DEEPEST = 100  # groups within groups
MOST_EXPANSIONS = 100_000
MOST_LETTERS = 50_000_000

COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*(?:\n[ \t]*)?")
TOKEN = re.compile(
    r"\\(?P<name>[A-Za-z@]+)\*?[ \t]*\n?[ \t]*|\\(?P<sign>.)|(?P<blank>\n[ \t]*\n\s*)"
    r"|(?P<quote>``|''|---|--|[`'~$])|(?P<one>[{}&])|(?P<words>[^\\{}&`'~$\-\n]+|.)",
    re.DOTALL,
)
BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
DEFINITION = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|def|DeclareRobustCommand)\*?\s*\{?\\([A-Za-z]+)\}?"
    r"\s*(?:\[(\d)\])?\s*(?=\{)"
)


class TooMuch(ValueError):
    """Macros without end, or groups deeper than anyone writes."""


def latex(source, file, problems):
    """Text, blocks and what is skipped of a LaTeX source; None with the reason.

    Files that it includes are not followed; each is listed.

    Returns
    -------
    tuple of (str, list of Block, list of tuple) or None
    """
    source = COMMENT.sub(r"\1", source)
    preamble, begin, body = source.partition(r"\begin{document}")
    body = body.partition(r"\end{document}")[0] if begin else source
    reader = _Source()
    try:
        _check_depth(source)
        if begin:
            reader.define(preamble)
            title = re.search(r"\\title\s*(?:\[[^\]]*\])?\s*(?=\{)", preamble)
            if title:
                reader.scan("\\title" + _group(preamble, title.end())[0].join("{}"))
        reader.scan(body)
        reader.end()
    except TooMuch as error:
        problems.append(Problem(str(error), "Save the manuscript as .docx or .md.", file))
        return None
    return reader.text.text, reader.text.blocks, reader.skipped


def _check_depth(source):
    """Refuse groups that are too deep before any is read: each level reads what is within."""
    depth = 0
    for brace in BRACE.finditer(source):
        depth = max(depth + {"{": 1, "}": -1}.get(brace[0], 0), 0)
        if depth > DEEPEST:
            raise TooMuch(f"nests its groups or commands deeper than {DEEPEST}.")


def _group(source, at):
    """What stands between the braces that open at `at`, and where it ends."""
    depth = 0
    for brace in BRACE.finditer(source, at):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if depth == 0 and brace[0] == "}":
            return source[at + 1 : brace.start()], brace.end()
    return source[at + 1 :], len(source)


def _argument(source, at):
    """The argument that begins at `at`: a group, or one sign; and where it ends."""
    at += len(source[at : at + 200]) - len(source[at : at + 200].lstrip())
    if source[at : at + 1] == "{":
        return _group(source, at)
    token = TOKEN.match(source, at)
    if token is None:
        return "", at
    end = token.end() if token["name"] or token["sign"] else at + 1
    return source[at:end], end


def _optional(source, at):
    """Where the arguments in square brackets that begin at `at` end."""
    while bracket := re.compile(r"\s*\[[^\]\[]*\]").match(source, at):
        at = bracket.end()
    return at


class _Source:
    """Reads a source once. `pieces` are the letters of the block that is open."""

    def __init__(self):
        self.text, self.pieces, self.notes = Text(), [], []
        self.heading, self.quotes, self.grids, self.tables = "", 0, [], 0
        self.macros, self.depth, self.expansions, self.letters = {}, 0, 0, 0
        self.unread, self.files = Counter(), []

    @property
    def skipped(self):
        files = [("source", name, "other files are not followed") for name in self.files]
        return files + [
            ("source", f"{what} ({n} times)" if n > 1 else what, why)
            for (what, why), n in sorted(self.unread.items())
        ]

    def define(self, source):
        """Take the author's own commands; the end of the last."""
        for found in DEFINITION.finditer(source):
            body, _ = _group(source, found.end())
            self.macros[found[1]] = (int(found[2] or 0), body)

    def end(self):
        self._close()
        for heading, pieces in self.notes:
            self.text.add(_text(pieces), "footnote", heading=heading)

    def scan(self, source, italic=False):
        """Read a stretch of source; what it switches on ends with it."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooMuch(f"nests its groups or commands deeper than {DEEPEST}.")
        at = 0
        while at < len(source):
            token = TOKEN.match(source, at)
            at = token.end()
            if token["name"] in SWITCH:
                italic = SWITCH[token["name"]]
            elif token["name"]:
                at = self._command(token["name"], token.start(), source, at, italic)
            elif token["sign"]:
                at = self._sign(token["sign"], source, at, italic)
            elif token["blank"]:
                self._break()
            elif token["one"] == "{":
                group, at = _group(source, token.start())
                self.scan(group, italic)
            elif token["one"] == "&" and self.grids:
                self._close()
                self.grids[-1]["column"] += 1
            elif token["quote"] or token["words"]:
                words = SIGNS[token["quote"]] if token["quote"] else token["words"]
                self._letters(words.replace("\n", " "), italic)
        self.depth -= 1

    def _command(self, name, start, source, at, italic):
        """Read a command and its arguments; where they end."""
        if name in self.macros:
            return self._expand(name, source, at, italic)
        if name in ("begin", "end"):
            return self._environment(name, source, at)
        if name in NAMED:
            self._letters(NAMED[name], italic)
            return at
        if DEFINITION.match(source, start):
            found = DEFINITION.match(source, start)
            self.define(source[start : _group(source, found.end())[1]])
            return _group(source, found.end())[1]
        if name in ("par", "item"):
            self._break()
            return at
        if name in ("verb", "lstinline"):
            mark = source[at : at + 1]
            return source.find(mark, at + 1) + 1 or len(source)
        if name in DROPPED:
            return self._drop(source, at)
        after = _optional(source, at)
        if name in SECTIONS or name == "caption":
            argument, end = _argument(source, after)
            self._titled(name, argument, italic)
        elif name in ITALIC:
            argument, end = _argument(source, at)
            self.scan(argument, True)
        elif name in ("footnote", "endnote", "footnotetext"):
            argument, end = _argument(source, after)
            self._note(argument)
        elif CITATION.fullmatch(name):
            argument, end = _argument(source, after)
            self._letters(f"[{argument}]", False)
        elif REFERENCE.fullmatch(name):
            _, end = _argument(source, at)
            self._letters("??", italic)  # as LaTeX prints what it cannot resolve
        elif name in OTHER_FILES:
            argument, end = _argument(source, after)
            self.files.append(f"\\{name}{{{argument}}}")
        elif name in ("enquote", "textquote", "blockquote"):
            argument, end = _argument(source, after)
            self._quotation(name, argument, italic)
        elif name == "textsuperscript":
            argument, end = _argument(source, at)
            before = "".join(piece.text for piece in self.pieces[-3:])
            self.scan(superscript(argument, before), italic)
        elif name in ("frac", "tfrac", "nicefrac", "sfrac", "SI", "qty"):
            first, end = _argument(source, after)
            second, end = _argument(source, end)
            self.scan(f"{first}{'/' if 'frac' in name else ' '}{second}", italic)
        elif name == "multicolumn":
            span, end = _argument(source, at)
            _, end = _argument(source, end)
            argument, end = _argument(source, end)
            self.scan(argument, italic)
            self._close()
            if self.grids:
                self.grids[-1]["column"] += columns_spanned(span) - 1
        elif name in LAST:
            argument, end = "", after
            for _ in range(LAST[name]):
                argument, end = _argument(source, _optional(source, end))
            self.scan(argument, italic)
        elif name in ACCENTS and len(name) == 1:
            return self._sign(name, source, at, italic)
        else:
            end = self._unknown(name, source, at)
        return end

    def _unknown(self, name, source, at):
        """An unknown command is passed over, its arguments in braces are text."""
        if name not in PLAIN:
            self.unread[f"\\{name}", "the command is not known; its words are read as text"] += 1
        return _optional(source, at) if source[at : at + 1] == "[" else at

    def _drop(self, source, at):
        at = _optional(source, at)
        while source[at : at + 1] == "{":
            at = _optional(source, _group(source, at)[1])
        return at

    def _expand(self, name, source, at, italic):
        self.expansions += 1
        if self.expansions > MOST_EXPANSIONS:
            raise TooMuch(f"has commands that expand more than {MOST_EXPANSIONS} times.")
        count, body = self.macros[name]
        for number in range(1, count + 1):
            argument, at = _argument(source, at)
            body = body.replace(f"#{number}", argument)
        self.scan(body, italic)
        return at

    def _environment(self, which, source, at):
        name, at = _argument(source, at)
        name = name.rstrip("*")
        if which == "begin" and name in UNREAD:
            self.unread[UNREAD[name], "it is not the text"] += 1
            end = re.compile(rf"\\end\s*\{{{name}\*?\}}").search(source, at)
            return end.end() if end else len(source)
        self._close()
        step = 1 if which == "begin" else -1
        if name in QUOTES:
            self.quotes = max(self.quotes + step, 0)
        elif name in TABLES and which == "begin":
            self.grids.append({"table": self.tables, "row": 0, "column": 0})
            self.tables += 1
            at = _optional(source, at)
            for _ in range(TABLES[name]):
                at = _optional(source, _argument(source, at)[1])
        elif name in TABLES and self.grids:
            self.grids.pop()
        elif name in NAMED_PARTS and which == "begin":
            self._head(NAMED_PARTS[name], 1)
            at = self._drop(source, at)
        elif which == "begin":
            at = self._drop(source, at)
        return at

    def _titled(self, name, argument, italic):
        self._close()
        outside, self.grids = self.grids, []
        self.scan(argument, italic)
        if name == "caption":
            self._close()
        else:
            words, self.pieces = _text(self.pieces), []
            self._head(words, SECTIONS[name])
        self.grids = outside

    def _head(self, words, level):
        self.heading = bare(words)
        self.text.add(words, "heading", level=level)

    def _note(self, argument):
        outside, self.pieces = self.pieces, []
        grids, self.grids = self.grids, []
        self.scan(argument)
        self.notes.append((self.heading, self.pieces))
        self.pieces, self.grids = outside, grids

    def _quotation(self, name, argument, italic):
        if name == "blockquote":
            self._close()
            self.quotes += 1
            self.scan(argument, italic)
            self._close()
            self.quotes -= 1
        else:
            self._letters("“", italic)
            self.scan(argument, italic)
            self._letters("”", italic)

    def _sign(self, sign, source, at, italic):
        if sign == "\\":
            at = _optional(source, at)
            if self.grids:
                self._close()
                self.grids[-1].update(row=self.grids[-1]["row"] + 1, column=0)
            else:
                self._letters("\n", italic)
        elif sign in ACCENTS:
            argument, at = _argument(source, at)
            argument = argument.replace("\\i", "i").strip()
            marked = argument[:1] + ACCENTS[sign] + argument[1:]
            self._letters(unicodedata.normalize("NFC", marked), italic)
        elif sign in "%&$_#{}":
            self._letters(sign, italic)
        elif sign in ", ;:\n":
            self._letters(" ", italic)
        return at

    def _letters(self, text, italic):
        self.letters += len(text)
        if self.letters > MOST_LETTERS:
            raise TooMuch("has commands that expand to more than a manuscript can need.")
        self.pieces.append(Piece(text, italic))

    def _break(self):
        """A paragraph ends; within a cell only a line."""
        if self.grids:
            self._letters("\n", False)
        else:
            self._close()

    def _close(self):
        words, self.pieces = _text(self.pieces), []
        if self.grids:
            self.text.add(words, "cell", **self.grids[-1])
        else:
            self.text.add(words, "paragraph", quote=self.quotes > 0)


def _text(pieces):
    words = "".join(piece.text for piece in with_asterisks(pieces))
    return re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", words)).strip()
