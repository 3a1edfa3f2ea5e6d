"""Static files of production: style sheets bundled and minified, every name hashed, copies compressed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lightningcss import bundle_css
from whitenoise.storage import CompressedManifestStaticFilesStorage

BUNDLES = ("css/main.css",)


class BundledStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Fold the ``@import``\\ s of each bundle into one small file before the names are hashed."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        if not dry_run:
            for name in BUNDLES:
                target = Path(self.path(name))
                target.write_text(bundle_css(str(target), minify=True), encoding="utf-8")
                paths = {**paths, name: (self, name)}  # hash what was written, not its source
        yield from super().post_process(paths, dry_run=dry_run, **options)
