"""The styles, the page and the foot of a memo in Word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from experiments.memo.blocks import Memo, printable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import CharacterStyle
    from docx.text.paragraph import Paragraph

ACCENT, INK, GREY, HAIR, PALE, SHADE = "0072B2", "1A1A1A", "5A5A5A", "DFE3E6", "EEF5FA", "F4F6F8"
TEXT, TYPE = "Calibri", "Consolas"
CODE, INLINE, NOTE, TERMS, LINK = "Code", "Inline Code", "Note", "Definition", "Hyperlink"
CELL, HEAD, TIGHT, TIGHT_HEAD = "Table Text", "Table Head", "Table Text Small", "Table Head Small"
TABLE = "OpenGambit Table"
MARGIN, TAB = Cm(2.2), Cm(16.6)


class Look(NamedTuple):
    """How a paragraph looks: size and space in points, colour as hex digits."""

    size: float
    colour: str = INK
    bold: bool = False
    before: float = 0
    after: float = 0
    line: float = 1.0
    next: bool = False  # keep with the next paragraph
    font: str = TEXT


LOOKS = {
    "Normal": Look(10.5, line=1.15),
    "Title": Look(24, bold=True, after=4),
    "Subtitle": Look(11.5, GREY, after=18),
    "Heading 1": Look(15, ACCENT, bold=True, before=18, after=5, next=True),
    "Heading 2": Look(12, bold=True, before=13, after=4, next=True),
    "Heading 3": Look(10.5, GREY, bold=True, before=10, after=3, next=True),
    "Body Text": Look(10.5, after=7, line=1.15),
    "Intense Quote": Look(13, before=4, after=14, line=1.15),
    "List Bullet": Look(10.5, after=4, line=1.15),
    "List Number": Look(10.5, after=4, line=1.15),
    "Caption": Look(9, GREY, before=8, after=5),
    NOTE: Look(8.5, GREY, before=4, after=10),
    CODE: Look(8.5, before=0, after=0, font=TYPE),
    TERMS: Look(9.5, after=3),
    CELL: Look(8.5),
    HEAD: Look(8.5, bold=True, next=True),
    TIGHT: Look(8),
    TIGHT_HEAD: Look(8, bold=True, next=True),
    "Footer": Look(8, GREY),
}
CHARACTERS = {INLINE: Look(9.5, font=TYPE), LINK: Look(10.5, ACCENT)}


def dress(document: Document, memo: Memo) -> None:
    """Give a new document the page, the styles and the foot of a memo."""
    _page(document)
    for name, look in LOOKS.items():
        _paragraph_style(document, name, look)
    for name, look in CHARACTERS.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.CHARACTER)
        _font(style, look)
        style.font.size = None
    _details(document)
    document.styles.element.append(parse_xml(_TABLE_STYLE))
    _foot(document, memo)


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """Add a field with the result that shows until Word computes it anew."""
    for kind, text in (("begin", ""), ("instr", f" {code} "), ("separate", ""), ("", shown), ("end", "")):
        run = paragraph.add_run(text if not kind else "")
        if kind == "instr":
            instruction = OxmlElement("w:instrText")
            instruction.set(qn("xml:space"), "preserve")
            instruction.text = text
            run._r.append(instruction)
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN
    section.footer_distance = Cm(1.0)
    settings = document.settings.element
    for old in settings.findall(qn("w:compat")):
        settings.remove(old)
    compat = parse_xml(
        f'<w:compat {nsdecls("w")}><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
    )
    settings.insert_element_before(compat, *_AFTER_COMPAT)


def _paragraph_style(document: Document, name: str, look: Look) -> None:
    styles = document.styles
    style: Any = styles[name] if name in styles else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    if name in (NOTE, CODE, TERMS, CELL, HEAD, TIGHT, TIGHT_HEAD):
        style.base_style = styles["Normal"]
    _font(style, look)
    layout = style.paragraph_format
    layout.space_before, layout.space_after = Pt(look.before), Pt(look.after)
    layout.line_spacing, layout.keep_with_next = look.line, look.next
    for border in style.element.pPr.findall(qn("w:pBdr")):
        style.element.pPr.remove(border)


def _font(style: CharacterStyle, look: Look) -> None:
    font = style.font
    font.size, font.bold, font.italic = Pt(look.size), look.bold, False
    font.color.rgb = RGBColor.from_string(look.colour)
    properties = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:spacing", "w:kern", "w:lang"):  # theme fonts would win over named ones
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    font.name = look.font
    for side in ("w:cs", "w:eastAsia"):
        properties.find(qn("w:rFonts")).set(qn(side), look.font)


def _details(document: Document) -> None:
    """Set what is special: rules, shades, indents, the language."""
    styles: Any = document.styles
    _edge(styles["Subtitle"], "bottom", 10, ACCENT, 8)
    _edge(styles["Intense Quote"], "left", 24, ACCENT, 10, PALE)
    _edge(styles[CODE], "left", 16, "CFD6DA", 8, SHADE)
    styles["Intense Quote"].paragraph_format.left_indent = Cm(0.45)
    styles["Intense Quote"].paragraph_format.right_indent = Cm(0.2)
    styles[CODE].paragraph_format.left_indent = Cm(0.35)
    styles["Caption"].paragraph_format.keep_together = True
    terms = styles[TERMS].paragraph_format
    terms.left_indent, terms.first_line_indent = Cm(3.8), Cm(-3.8)
    terms.tab_stops.add_tab_stop(Cm(3.8))
    normal = styles["Normal"].element.get_or_add_rPr()
    normal.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="en-GB"/>'))


def _edge(style: Any, side: str, size: int, colour: str, space: int, shade: str = "") -> None:
    """Give a paragraph style a rule, ``size`` in eighths of a point and ``space`` points away, and a shade."""
    properties = style.element.get_or_add_pPr()
    border = f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{colour}"/>'
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    for xml in (f"<w:pBdr {nsdecls('w')}>{border}</w:pBdr>", fill.replace("<w:shd", f"<w:shd {nsdecls('w')}")):
        if xml:
            properties.insert_element_before(parse_xml(xml), *(_AFTER_BORDER if "pBdr" in xml else _AFTER_SHADE))


def _foot(document: Document, memo: Memo) -> None:
    stops = document.styles["Footer"].paragraph_format.tab_stops
    stops.clear_all()
    foot = document.sections[0].footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(TAB, _right())
    foot.add_run(f"{printable(memo.imprint)}\tPage ")
    add_field(foot, "PAGE", "1")
    foot.add_run(" of ")
    add_field(foot, "NUMPAGES", "1")


def _right() -> Any:
    from docx.enum.text import WD_TAB_ALIGNMENT

    return WD_TAB_ALIGNMENT.RIGHT


_AFTER_SHADE = (
    "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap", "w:overflowPunct", "w:topLinePunct", "w:autoSpaceDE",
    "w:autoSpaceDN", "w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing",
    "w:mirrorIndents", "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap",
    "w:outlineLvl", "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
)  # fmt: skip
_AFTER_BORDER = ("w:shd", *_AFTER_SHADE)
_AFTER_COMPAT = (
    "w:docVars", "w:rsids", "m:mathPr", "w:attachedSchema", "w:themeFontLang", "w:clrSchemeMapping",
    "w:doNotIncludeSubdocsInStats", "w:doNotAutoCompressPictures", "w:forceUpgrade", "w:captions",
    "w:readModeInkLockDown", "w:smartTagType", "w:shapeDefaults", "w:doNotEmbedSmartTags", "w:decimalSymbol",
    "w:listSeparator",
)  # fmt: skip
_TABLE_STYLE = f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="OpenGambitTable">
<w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
<w:tblPr><w:tblBorders>
<w:top w:val="single" w:sz="8" w:space="0" w:color="{ACCENT}"/>
<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{ACCENT}"/>
<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{HAIR}"/></w:tblBorders>
<w:tblCellMar><w:top w:w="45" w:type="dxa"/><w:left w:w="60" w:type="dxa"/>
<w:bottom w:w="45" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tcPr><w:tcBorders>
<w:bottom w:val="single" w:sz="6" w:space="0" w:color="{ACCENT}"/></w:tcBorders><w:vAlign w:val="bottom"/></w:tcPr>
</w:tblStylePr></w:style>"""
