"""Find the themes and codes that a text names, by label, alias or id."""

import re

from analysis.manuscript.given_links import key_of


class Names:
    """Finds the themes and codes that a stretch of the view names."""

    def __init__(self, themes, codes):
        self.parent = dict(zip(themes["theme"], themes["parent"], strict=True))
        named = {}
        for theme, label, aliases in themes[["theme", "label", "aliases"]].itertuples(index=False):
            for name in [label, *aliases.split(";"), theme.replace("_", " ")]:
                if key_of(name):
                    named.setdefault(key_of(name), theme)
        self.codes = set()
        for code in codes["code"]:
            name = key_of(code.replace("_", " "))
            if name and name not in named:
                named[name] = code
                self.codes.add(code)
        self.of_name = named
        longest_first = sorted(named, key=lambda name: (-len(name), name))
        pattern = "|".join(_spelled(name) for name in longest_first) or "(?!)"
        self.pattern = re.compile(rf"(?<!\w)(?:{pattern})(?:'s|s)?(?!\w)", re.IGNORECASE)
        self.groups = [named[name] for name in longest_first]
        self.single = [" " not in name for name in longest_first]

    def find(self, view, start, end):
        """(start, end, theme or code, one word?) of each name, the longest where they overlap."""
        found = []
        for match in self.pattern.finditer(view, start, end):
            at = match.lastindex - 1
            found.append((match.start(), match.end(), self.groups[at], self.single[at]))
        return found

    def most_specific(self, targets):
        """The targets without those of which a sub-theme is among them."""
        above = {self.parent.get(target, "") for target in targets}
        return [target for target in dict.fromkeys(targets) if target not in above]

    def children(self, theme):
        return [child for child, parent in self.parent.items() if parent == theme]


def _spelled(name):
    """Pattern of a name's words, British or American, whatever stands between them."""
    words = []
    for word in name.split():
        word = re.escape(word)
        word = re.sub(
            "is(?=(?:e|ed|es|ing|ation|ations)$)|iz(?=(?:e|ed|es|ing|ation|ations)$)", "i[sz]", word
        )
        word = re.sub("center|centre", "cent(?:er|re)", word)
        word = re.sub("cent\\(\\?:er\\|re\\)(?=ed)|centr(?=ed)", "cente?r", word)
        word = re.sub("(?<=[a-z]{2})ou?r(?=$|al|able|ed|ing|ful)", "ou?r", word)
        words.append(word)
    return "(" + r"[\W_]{1,4}".join(words) + ")"
