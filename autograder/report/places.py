"""Sentences about places in a learner's own text: what is done there, and never what should stand there instead.

Each belongs to a kind of edit with which all checks pass (autograder/repair/), so that it is proved that something of
this kind is the matter in this line. It says what the line does; the correction is the learner's.
"""

from __future__ import annotations

import dataclasses
import re

from autograder.judging.verdict import Diagnosis, Verdict

SENTENCES = {
    "dimension": "Line {line} works along another dimension than the one asked for.",
    "dimension_missing": "Line {line} goes over all dimensions at once, where one of them is asked for.",
    "keepdim": "In line {line}, the shape that is left behind does not fit what is done with it.",
    "sign": "In line {line} something has the wrong sign.",
    "constant": "In line {line}, {what} is another value than the one needed there.",
    "comparison": "The comparison in line {line} is not true in just the cases asked for.",
    "condition": "The condition in line {line} does not hold in just the cases asked for.",
    "operator": "Line {line} joins the right things by another operation than the one asked for.",
    "operands_swapped": "In line {line} the two sides of an operation stand the other way round than is asked for.",
    "divisor": "Line {line} divides by {what}, and should divide by something else.",
    "operand_missing": "In line {line} a part of the calculation is missing.",
    "operand_extra": "In line {line} the calculation has a part too many.",
    "arguments_swapped": "In line {line}, {call} gets its arguments in another order than it takes them.",
    "argument": "In line {line}, {call} is given something else than what it needs there.",
    "argument_missing": "In line {line}, {call} is not told all that it needs to know there.",
    "argument_extra": "In line {line}, {call} is given something that it should not get.",
    "function": "Line {line} calls {call}, where another function is needed.",
    "attribute": "Line {line} uses {what}, where another attribute is needed.",
    "calls_swapped": "In line {line} two things are done one after the other in the wrong order.",
    "name": "Line {line} uses {what}, where another variable is needed.",
    "rounding": "Line {line} divides and rounds down: what is left over is left out.",
    "names_exchanged": "In line {line}, {what} and `{other}` each stand where the other one is needed.",
    "call_extra": "Line {line} does one thing too many to a value.",
    "not_called": "Line {line} has {what} without (): a function that is not called gives no result.",
    "called": "Line {line} calls {call}, where the function itself is needed.",
    "call_missing": "Line {line} takes a value as it is, where something has to be done to it first.",
    "index": "In line {line}, what is picked out is not what is asked for.",
    "index_missing": "Line {line} uses all of a value, where a part of it is asked for.",
    "index_extra": "Line {line} uses a part of a value, where all of it is asked for.",
    "order": "In line {line} the parts stand in another order than the one asked for.",
    "element_extra": "In line {line} there is one part too many.",
    "element_missing": "In line {line} a part is missing.",
    "statement_extra": "Line {line} does something that is not to happen there.",
    "statement_missing": "A step is missing after line {line}.",
    "method_name": "Line {line} defines {what}, and nobody asks for it by this name.",
    "method_missing": "A method is missing from the class.",
    "return_missing": "The function comes to its end at line {line} without giving back what it worked out.",
    "moved": "What line {line} does is not to happen there.",
    "with_extra": "The lines in the `with` of line {line} are not to be run under it.",
    "no_grad_missing": "What line {line} does is recorded for gradients, and should not be.",
    "condition_missing": "Line {line} is run in every case, also where it must not be.",
    "condition_extra": "The condition in line {line} keeps something from being run that should be.",
    "loop_extra": "The loop in line {line} is one loop too many.",
    "overwrites": "Line {line} replaces a value, where it should build on the one that was there.",
    "accumulates": "Line {line} builds on the value that was there, where it should replace it.",
    "not_in_place": "Line {line} makes a new value, where the one that is there, and that others hold, should change.",
    "result_dropped": "Line {line} works something out, and nothing is done with it.",
    "in_place": "Line {line} changes a value that others still hold.",
    "not_promised": "Line {line} asks for {what}, which what it is given need not have: the prompt says what it has.",
    "held": "Line {line} adds to gradients that are still there from before.",
    "return_not_yield": "Line {line} ends the function, where it should hand over one thing and go on.",
    "yields_whole": "Line {line} hands over all of it as one thing, where its parts are asked for one by one.",
    "yield_not_return": "Line {line} hands over a part and goes on, where the whole should be given back at once.",
    "copy": "Everything else is right: what {call}, in line {line}, gives is not what is needed.",
    "expression": "Part of line {line} is not what is needed there.",
    "statement": "Line {line} does something else than is needed there, or not all of it.",
}

#: Said before a known mistake that explains the first check that fails, and not all of them.
IN_PART = "To the first check that fails it looks like this: "

#: Said before a place that is not seen by the first check that fails, whose case is shown.
OF_ANOTHER_CHECK = "The check “{check}” sees this: "

#: Kinds whose sentences say no more than that it is this line.
VAGUE = {"expression", "statement"}
#: Kinds that say less than an error in that line, which never came to be true of anything.
BELOW_ERRORS = VAGUE | {"comparison"}

#: Out of and into a block, by what the block belongs to.
OUT = {
    "loop": "Line {line} is run each time round the loop, and that is too often.",
    "with": "Line {line} stands inside the `with`, and is not to be run under it.",
    "if": "Line {line} is run in some cases only, and should be in all.",
}
IN = {
    "loop": "Line {line} is run once, outside of the loop, and that is too seldom.",
    "with": "The `with` does not reach line {line}.",
    "if": "Line {line} is run in every case, and should be in some only.",
}


#: Of a statement that sets the mode of a model, the wrong one or one too many: it may well stand there, if the mode is
#: put back, or not be needed at all.
SETS_MODE = re.compile(r"\.(eval|train)(\(\))?$")
MODE = "After line {line} the model is in another mode than it should be in later on."
#: Of a line that itself says whether torch records, which another one is to follow or to stand in place of.
RECORDS = re.compile(r"\b(set_grad_enabled|no_grad|enable_grad|inference_mode)\b")
RECORDING = "What line {line} sets for the recording of gradients is not what is needed for what follows."
#: A call whose result nobody takes: it may have to go, or another one to be there.
BARE = re.compile(r"[\w.]+\(.*\)\s*(#.*)?")
#: Behind such a line nothing can be run: what is put in there comes after its block.
LEAVES = re.compile(r"(return|raise|break|continue)\b")
#: Kinds that speak of another thing in its place: in a condition, what counts is when it holds.
ANOTHER = {"name", "attribute", "function", "argument", "argument_extra", "index", "index_extra"}
#: Of a call too many that takes a value out of the graph: what comes of it, whatever is asked for.
CUTS = {
    ".detach()": "In line {line}, detach() keeps gradients from flowing back through a value.",
    ".item()": "In line {line}, item() makes a plain number: no tensor any more, and no gradient flows through it.",
}


def sentence(diagnosis: Diagnosis) -> str:
    """What the learner reads: a known mistake's own sentence, or the one for the kind of edit; "" for neither."""
    if diagnosis.known and not diagnosis.whole:
        return IN_PART + diagnosis.message.removeprefix(IN_PART)
    if diagnosis.mistake == "method_missing":
        return SENTENCES["method_missing"]
    if diagnosis.message or not diagnosis.lines:
        return diagnosis.message
    text = _template(diagnosis)
    if text and diagnosis.said.get("check"):
        text = OF_ANOTHER_CHECK + text
    return text.format(line=diagnosis.lines[0], **_words(diagnosis))


def _template(diagnosis: Diagnosis) -> str:
    """The sentence for the kind of edit, with places for the line and for what `_words` gives."""
    kind, said = diagnosis.mistake, diagnosis.said
    what, ending = said.get("what", ""), diagnosis.source.rstrip()[-1:]
    if kind in ANOTHER and _in_condition(diagnosis):
        return SENTENCES["condition"]
    if kind == "result_dropped" and re.search(r"\w_(\(|$)", what or diagnosis.source):
        return SENTENCES["in_place"]
    if kind == "no_grad_missing" and RECORDS.search(diagnosis.source):
        return RECORDING
    if kind == "outdent":
        ends = what.startswith("return") and said.get("of") == "loop"
        return "Line {line} ends the function in the first round of the loop." if ends else OUT[said.get("of", "loop")]
    if kind == "indent":
        return IN[said.get("of", "loop")]
    if kind in ("statement_extra", "attribute") and SETS_MODE.search(what):
        return MODE
    if kind == "statement_extra" and ending == ":":
        return "What begins in line {line} does something that is not to happen there."
    if kind == "call_extra" and (cut := re.search(r"\.\w+\(\)$", what)) and cut[0] in CUTS:
        return CUTS[cut[0]]
    if kind == "call_extra" and said.get("call"):
        return "In line {line}, {call} is one thing too many."
    if kind == "statement_missing" and LEAVES.match(diagnosis.source):
        return "A step is missing after the block that ends with line {line}."
    if kind == "moved" and said.get("when"):
        return "What line {line} does is needed, but it comes {when}."
    if kind == "dimension" and said.get("call") in DOES:
        return f"Line {{line}} {DOES[said['call']]} another dimension than the one asked for."
    if _of_a_header(diagnosis):
        return ""
    if _word(diagnosis) == "function" and BARE.fullmatch(diagnosis.source):
        return "Line {line} calls {call}, and that is not what is to happen there."
    text = SENTENCES.get(_word(diagnosis), SENTENCES["expression"])
    if text == SENTENCES["expression"] and ending in ("(", "[", "{"):
        return "Part of what begins in line {line} is not what is needed there."
    return text


def _words(diagnosis: Diagnosis) -> dict[str, str]:
    """What the sentences speak of beside the line."""
    said = diagnosis.said
    name = said["what"] if _word(diagnosis) != diagnosis.mistake else said.get("call")
    return {
        "call": f"`{name}`" if name and name.startswith(".") else f"{name}()" if name else "a function",
        "what": f"`{said['what']}`" if said.get("what") else "something",
        "check": said.get("check", "").replace("_", " "),
        "other": said.get("other", ""),
        "when": said.get("when", ""),
    }


def _in_condition(diagnosis: Diagnosis) -> bool:
    """Whether the place is in what an `if` or a `while` asks."""
    if diagnosis.columns is None:
        return False
    before = diagnosis.source[: diagnosis.columns[0]]
    if re.match(r"(if|elif|while)\b", before):
        return ":" not in before
    return bool(re.search(r"\bif\b(?!.*\b(else|for)\b)", before))


def _of_a_header(diagnosis: Diagnosis) -> bool:
    """Whether it can say no more than a line, and that line is the header of a block: what is amiss stands below it."""
    return diagnosis.mistake in VAGUE and not diagnosis.columns and diagnosis.source.rstrip().endswith(":")


def _word(diagnosis: Diagnosis) -> str:
    """The kind to speak of: what is called is a function, and no attribute, to its reader."""
    called = diagnosis.columns and diagnosis.source[diagnosis.columns[1] :].startswith("(")
    return (
        "function" if diagnosis.mistake == "attribute" and called and diagnosis.said.get("what") else diagnosis.mistake
    )


def worded(verdict: Verdict) -> None:
    """Give every diagnosis that has none its sentence."""
    verdict.diagnoses = [dataclasses.replace(found, message=sentence(found)) for found in verdict.diagnoses]
    verdict.diagnosis = verdict.diagnoses[0] if verdict.diagnoses else verdict.diagnosis


def in_a_line(kind: str) -> str:
    """The sentence for a kind of edit, said of several answers that each have their line."""
    text = (SENTENCES | ANYWHERE)[kind].replace("Line {line}", "One line").replace("line {line}", "one line")
    return text.format(call="a function", what="something")


ANYWHERE = {
    "outdent": "Line {line} stands in a block that it does not belong to.",
    "indent": "Line {line} stands outside of a block that it belongs to.",
    "names_exchanged": "In line {line} two variables each stand where the other one is needed.",
}

DOES = {"sum": "sums over", "mean": "averages over", "softmax": "normalises along", "stack": "stacks along"}
DOES |= dict.fromkeys(["size", "shape"], "takes the size of")
DOES |= dict.fromkeys(["cat", "concat"], "joins along") | dict.fromkeys(
    ["argmax", "max", "amax"], "looks for the maximum along"
)


def more(found: list[Diagnosis]) -> str:
    """That the first of these is not all; how many more there are at least, where they do not explain everything."""
    count = len(found) - 1
    known = "" if all(diagnosis.whole for diagnosis in found) else "at least "
    if count < 1:
        return ""
    return f"There is {known}1 more place." if count == 1 else f"There are {known}{count} more places."
