"""`python -m handbook FOLDER`: lay what the site's generator reads into FOLDER: pages, references, settings."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

from handbook import cli_reference, navigation, yaml_reference
from handbook.markdown import block
from handbook.staging import BrokenLinkError, stage

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "config" / "examples"
REFERENCES = navigation.REFERENCE


def lay(root: Path, folder: Path) -> list[str]:
    """Lay everything into the folder; returns the pages that have no place in the navigation.

    Raises BrokenLinkError.
    """
    pages = folder / "pages"
    stage(root, pages)
    for name, text in references().items():
        target = pages / REFERENCES / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8")
    here = root / "handbook"
    (pages / "look.css").write_bytes((here / "look.css").read_bytes())
    staged = {PurePosixPath(one.relative_to(pages)).as_posix() for one in pages.rglob("*.md")}
    settings = (here / "site.toml").read_text(encoding="utf-8")
    nav = f"nav = {navigation.as_toml(navigation.present(staged))}"
    (folder / "zensical.toml").write_text(
        settings.replace("[project]", f"[project]\n{nav}", 1), encoding="utf-8"
    )
    return navigation.unplaced(staged)


def references() -> dict[str, str]:
    """Pages that are made from the code, by file."""
    files = {one.name: one.read_text(encoding="utf-8") for one in sorted(EXAMPLES.glob("*.yaml"), key=_first)}
    shown = "\n\n".join(f"`{name}`:\n\n{block('yaml', text)}" for name, text in files.items())
    return {"commands.md": cli_reference.page(), "yaml.md": yaml_reference.page(shown)}


def _first(file: Path) -> tuple[bool, str]:
    return file.name != "truenorth.yaml", file.name


def main() -> int:
    """The command; exit code 1 for a link that leads nowhere, said on stderr."""
    try:
        left = lay(ROOT, Path(sys.argv[1]))
    except BrokenLinkError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for one in left:
        sys.stderr.write(f"{one} has no place in handbook/navigation.py and stands under {navigation.REST}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
