"""Import cycles between the files of a crate. `python3 infra/checks/module_cycles.py` prints them.

What a file uses is read from its text: `use`, and paths such as `crate::ledger::Store` or
`store::open()` in the code. A name that a module only re-exports counts for the file that defines
it, so a `mod.rs` that declares and re-exports is in no cycle. Code under `#[cfg(test)]` is left out:
a test may use everything. A method called on a value says nothing of its file and is not seen."""

import bisect
import collections
import functools
import os
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Comments, and strings and characters, whose text could look like code.
NO_CODE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | \bb?r(\#*)".*?"\1 | b?"(?:\\.|[^"\\])*" | b?'(?:\\.[^']*|[^'\\])'""",
    re.DOTALL | re.VERBOSE,
)
TEST_ONLY = re.compile(r"#\[cfg\(test\)\]")
ATTRIBUTE = re.compile(r"#!?\[[^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*\]")
USE = re.compile(r"\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);")
DECLARED = re.compile(r"\b(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;")
INLINE = re.compile(r"\b(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*\{")
# A path, unless it goes on from something before it: `x.y`, `::y`.
PATH = re.compile(r"(?<![\w:.])(?:\w+::)+\w+")


class Module:
    """A module: a file, or a part of one."""

    def __init__(self, path, file, code, offset, parent):
        self.path, self.file, self.parent = path, file, parent
        self.code, self.offset = code, offset
        self.children = {}
        # What `use` brings in: (name or `*`, path, position, whether it is public).
        self.imports = []


def blanked(text, start, end):
    """The text with spaces instead of a part, so that lines and positions stay."""
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def code_of(file):
    """A file's text, with nothing but code in it, and no tests."""
    text = file.read_text(encoding="utf-8")
    for found in list(NO_CODE.finditer(text)):
        text = blanked(text, *found.span())
    while test := TEST_ONLY.search(text):
        text = blanked(text, test.start(), end_of_item(text, test.end()))
    for found in list(ATTRIBUTE.finditer(text)):
        text = blanked(text, *found.span())
    return text


def end_of_item(text, start):
    """Where an item ends that begins here: behind its `;`, or behind the brace that closes it."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(text[at], 0)
        if depth == 0 and text[at] in ";}":
            return at + 1
    return len(text)


def split_list(text):
    """The parts between the commas that are in no braces."""
    depth, parts, begun = 0, [], 0
    for at, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(text[begun:at])
            begun = at + 1
    return [part for part in [*parts, text[begun:]] if part.strip()]


def imported(tree, prefix=()):
    """Name and path of everything that a `use` brings in."""
    tree = tree.strip().removeprefix("::")
    if "{" in tree:
        head, _, rest = tree.partition("{")
        names = tuple(part.strip() for part in head.split("::") if part.strip())
        for part in split_list(rest[: rest.rindex("}")]):
            yield from imported(part, prefix + names)
        return
    path, _, alias = re.sub(r"\s+", " ", tree).partition(" as ")
    names = prefix + tuple(part.strip() for part in path.split("::"))
    if names[-1] == "self":
        names = names[:-1]
    yield (alias or names[-1]).strip(), names


class Crate:
    """The modules of a crate, from its root file down."""

    def __init__(self, root):
        self.modules = {}
        self.read(Module((), root, code_of(root), 0, None), root.parent)

    def read(self, module, folder):
        """Reads a module and those below it. `folder` is where its own modules' files lie."""
        self.modules[module.path] = module
        for found in list(INLINE.finditer(module.code)):
            if module.code[found.start() : found.end()].strip():  # not blanked meanwhile
                end = end_of_item(module.code, found.end() - 1)
                inner = module.code[found.end() : end - 1]
                child = Module((*module.path, found[1]), module.file, inner, module.offset + found.end(), module)
                module.code = blanked(module.code, found.start(), end)
                module.children[found[1]] = child
                self.read(child, folder / found[1])
        for found in DECLARED.finditer(module.code):
            file = folder / f"{found[1]}.rs"
            if not file.exists():
                file = folder / found[1] / "mod.rs"
            if file.exists():
                child = Module((*module.path, found[1]), file, code_of(file), 0, module)
                module.children[found[1]] = child
                self.read(child, folder / found[1])
        for found in USE.finditer(module.code):
            for name, path in imported(found[2]):
                module.imports.append((name, path, found.start(), found[1] is not None))
            module.code = blanked(module.code, *found.span())
        module.code = DECLARED.sub(lambda found: blanked(found[0], 0, len(found[0])), module.code)

    def base(self, module, path):
        """The module at which a path begins, and what is left of the path; or None for another crate's."""
        path = list(path)
        if path[0] == "crate":
            return self.modules[()], path[1:]
        if path[0] == "self":
            return module, path[1:]
        if path[0] == "super":
            while path and path[0] == "super":
                module, path = module.parent or module, path[1:]
            return module, path
        if path[0] in module.children:
            return module, path
        return None

    def definition(self, module, path, seen=()):
        """The module that defines what a path leads to, or None where that is in another crate."""
        for at, name in enumerate(path):
            if name in module.children:
                module = module.children[name]
                continue
            if (module.path, name) in seen:
                return module
            return self.through_import(module, path[at:], (*seen, (module.path, name)))
        return module

    def through_import(self, module, path, seen):
        for name, target, _, _ in module.imports:
            if name == path[0]:
                begun = self.base(module, target)
                return self.definition(begun[0], [*begun[1], *path[1:]], seen) if begun else None
        if defines(module, path[0]):
            return module
        for name, target, _, _ in module.imports:
            begun = self.base(module, target[:-1]) if name == "*" and len(target) > 1 else None
            if begun:
                source = self.definition(*begun, seen)
                if source is not None and source is not module:
                    found = self.definition(source, path, seen)
                    if found is not None and defines(found, path[0]):
                        return found
        return module

    def uses(self, module):
        """What a module uses: the module that defines it, and the position where it says so."""
        names = set(re.findall(r"\w+", module.code))
        for name, path, at, public in module.imports:
            begun = self.base(module, path)
            if begun is None:
                continue
            if name == "*":
                source = self.definition(begun[0], begun[1][:-1])
                for used in names if source is not None else ():
                    found = self.definition(source, [used])
                    if found is not None and defines(found, used):
                        yield found, at
            # What is only handed on is not used here.
            elif not public or name in names:
                found = self.definition(*begun)
                if found is not None:
                    yield found, at
        for found in PATH.finditer(module.code):
            path = found[0].split("::")
            begun = self.base(module, path) or self.through_binding(module, path)
            if begun is not None:
                target = self.definition(*begun)
                if target is not None:
                    yield target, found.start()

    def through_binding(self, module, path):
        """Where a path begins that starts with a name which `use` brings in."""
        for name, target, _, _ in module.imports:
            if name == path[0]:
                begun = self.base(module, target)
                return (begun[0], [*begun[1], *path[1:]]) if begun else None
        return None

    def edges(self):
        """By file: the files that it uses, and the line of one such use."""
        found = collections.defaultdict(dict)
        for module in self.modules.values():
            for target, at in self.uses(module):
                if target.file != module.file:
                    line = line_of(module.file, module.offset + at)
                    found[module.file].setdefault(target.file, line)
        return found


@functools.cache
def defined_names(code):
    return frozenset(
        re.findall(r"\b(?:fn|struct|enum|trait|type|const|static|union|macro_rules!)\s+(?:mut\s+)?(\w+)", code)
    )


def defines(module, name):
    return name in defined_names(module.code)


@functools.cache
def line_starts(file):
    return [0, *(found.end() for found in re.finditer("\n", file.read_text(encoding="utf-8")))]


def line_of(file, position):
    return bisect.bisect_right(line_starts(file), position)


def shortest_cycle(edges):
    """The files of a shortest cycle, or None."""
    best = None
    for start in sorted(edges):
        before, queue = {start: None}, collections.deque([start])
        while queue:
            here = queue.popleft()
            if start in edges.get(here, ()):
                cycle = []
                while here is not None:
                    cycle.append(here)
                    here = before[here]
                if best is None or len(cycle) < len(best):
                    best = cycle[::-1]
                break
            for file in sorted(edges.get(here, ())):
                if file not in before:
                    before[file] = here
                    queue.append(file)
    return best


def cycles(root):
    """The import cycles of the crate with this root file, each as its files and lines. Where several
    share an edge, it is one of them until that edge is gone."""
    edges = {file: dict(targets) for file, targets in Crate(root).edges().items()}
    found = []
    while cycle := shortest_cycle(edges):
        steps = list(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
        found.append([(file, edges[file][target]) for file, target in steps])
        for file, target in steps:
            del edges[file][target]
    return found


def described(cycle):
    """A cycle as a line to read: file:line of an import → the file that it imports from → …"""
    return " → ".join(f"{os.path.relpath(file, ROOT)}:{line}" for file, line in [*cycle, cycle[0]])


def crates():
    """The root files of every crate of the workspace."""
    roots = [*ROOT.glob("*/src/*.rs"), *ROOT.glob("services/*/src/*.rs")]
    return sorted(root for root in roots if root.name in ("lib.rs", "main.rs"))


if __name__ == "__main__":
    chosen = [pathlib.Path(word).resolve() for word in sys.argv[1:]] or crates()
    lines = [described(cycle) for root in chosen for cycle in cycles(root)]
    print("\n".join(lines))
    sys.exit(bool(lines))
