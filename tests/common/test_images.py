import io
import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from common import images


def picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: object) -> ContentFile:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind, **options)
    return ContentFile(buffer.getvalue(), name="logo.png")


def png_that_says_it_is(width: int, height: int) -> ContentFile:
    """A few bytes that claim to be a huge picture, as a decompression bomb does."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0" * 1000)), chunk(b"IEND", b"")]
    return ContentFile(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


@pytest.mark.parametrize(
    ("upload", "code"),
    [
        pytest.param(ContentFile(b"\0" * (5 * 1024 * 1024 + 1)), "too_heavy", id="heavier than 5 MB"),
        pytest.param(png_that_says_it_is(5_000, 4_801), "too_many_pixels", id="more than 24 megapixels"),
        pytest.param(png_that_says_it_is(12_000, 12_000), "too_many_pixels", id="bomb"),
        pytest.param(png_that_says_it_is(100_000, 100_000), "too_many_pixels", id="bigger bomb"),
        pytest.param(png_that_says_it_is(100, 100), "not_a_picture", id="cut short"),
        pytest.param(ContentFile(b"just text", name="logo.png"), "not_a_picture", id="text named png"),
        pytest.param(ContentFile(b""), "not_a_picture", id="empty"),
        pytest.param(
            ContentFile(b'<svg xmlns="http://www.w3.org/2000/svg"/>', name="logo.svg"), "not_a_picture", id="SVG"
        ),
        pytest.param(picture("GIF"), "not_a_picture", id="GIF named png"),
        pytest.param(picture("TIFF"), "not_a_picture", id="TIFF named png"),
        pytest.param(picture("PDF"), "not_a_picture", id="PDF named png"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_fit_picture_is_refused(upload: ContentFile, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        images.open_picture(upload)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
    + [("JPEG", mode) for mode in ("L", "RGB", "CMYK")]
    + [("WEBP", mode) for mode in ("RGB", "RGBA")],
)
def test_every_mode_of_an_accepted_format_is_re_encoded(kind: str, mode: str) -> None:
    copy = Image.open(images.as_webp(images.open_picture(picture(kind, mode=mode)), side=96))
    assert (copy.format, copy.size) == ("WEBP", (96, 64))


@pytest.mark.parametrize(
    ("size", "side", "result"),
    [
        pytest.param((300, 200), 96, (96, 64), id="wide"),
        pytest.param((200, 300), 96, (64, 96), id="high"),
        pytest.param((50, 40), 96, (50, 40), id="a small one is not blown up"),
        pytest.param((3000, 2), 96, (96, 1), id="a line keeps a pixel"),
    ],
)
def test_a_copy_is_no_longer_than_asked(size: tuple[int, int], side: int, result: tuple[int, int]) -> None:
    assert Image.open(images.as_webp(images.open_picture(picture(size=size)), side)).size == result


def test_nothing_of_the_upload_but_its_pixels_survives() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6  # lies on its side
    copy = Image.open(images.as_webp(images.open_picture(picture("JPEG", size=(300, 200), exif=exif)), 150))
    assert dict(copy.getexif()) == {}
    assert copy.size == (100, 150)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("note", [b"Exif\0\0garbage123456", b"Exif\0\0II*\0", b"II*\0"], ids=["words", "cut", "bare"])
def test_a_note_of_the_camera_that_cannot_be_read_is_left_out(kind: str, note: bytes) -> None:
    assert images.open_picture(picture(kind, exif=note)).size == (300, 200)


def test_what_was_transparent_stays_so() -> None:
    upload = picture(mode="RGBA", size=(10, 10))
    copy = Image.open(images.as_webp(images.open_picture(upload), 96))
    assert (copy.mode, copy.getpixel((5, 5))[3]) == ("RGBA", 0)  # type: ignore[index]


def test_the_variants_of_a_picture_have_names_of_ours() -> None:
    name = images.random_name("logos")
    assert name.startswith("logos/")
    assert len(name) == len("logos/.webp") + 32
    assert images.variant_name("logos/a.webp", 96) == "logos/a-96.webp"
    assert images.srcset("/media/logos/a.webp", (96, 192)) == "/media/logos/a-96.webp 96w, /media/logos/a-192.webp 192w"
