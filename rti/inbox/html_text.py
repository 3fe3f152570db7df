"""The text of an HTML message: words stay whole, lines break where blocks do, lists keep their numbers.

The libraries that were tried put blanks into Khmer words at every <span>, number lists anew, or break lines.
"""

from html.parser import HTMLParser

_BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "hr", "article"}
_UNSEEN = {"script", "style", "head", "title"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0
        self._quoted: list[int] = []
        self._lists: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "blockquote":
            self.parts.append("\n")
            self._quoted.append(len(self.parts))
        elif tag in {"ul", "ol"}:
            start = dict(attrs).get("start") or "1"
            self._lists.append(
                int(start) if tag == "ol" and start.isdecimal() else 1 if tag == "ol" else None
            )
            self.parts.append("\n")
        elif tag == "li":
            number = self._lists[-1] if self._lists else None
            self.parts.append(f"\n{number}. " if number is not None else "\n• ")
            if number is not None:
                self._lists[-1] = number + 1
        elif tag in _BLOCKS or tag == "br":
            self.parts.append("\n")
        elif tag in {"td", "th"}:
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag == "blockquote" and self._quoted:
            begun = self._quoted.pop()
            inside = "".join(self.parts[begun:])
            self.parts[begun:] = ["\n".join(f"> {each}" for each in inside.strip().splitlines()), "\n"]
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            collapsed = " ".join(data.split())
            before = " " if data[:1].isspace() and collapsed else ""
            after = " " if data[-1:].isspace() else ""
            self.parts.append(before + collapsed + after)


def text_of_html(html: str) -> str:
    """The text, with at most one empty line between two others; quotations begin with ">"."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [line.strip(" ") for line in "".join(reader.parts).split("\n")]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept).strip()
